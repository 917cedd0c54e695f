drop table callbacks, trunks;
alter table call_records drop column direction;
