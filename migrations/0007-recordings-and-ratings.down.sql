alter table call_records drop column rating;
drop table recordings;
