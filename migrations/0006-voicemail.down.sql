drop table message_lamps;
drop table playbacks;
drop table voicemails;
