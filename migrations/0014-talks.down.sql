alter table call_records drop column held, drop column third;
