drop table callers;
alter table agents drop column groups;
alter table call_records drop column wrap_up_code;
