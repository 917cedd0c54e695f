-- The ticket of a voice message, and the timeline of its call, look for it by the call.
create index voicemails_by_call on voicemails (call_id);
