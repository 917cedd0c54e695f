drop index voicemails_by_call;
