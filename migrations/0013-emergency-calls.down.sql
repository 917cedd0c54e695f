alter table call_records drop column emergency;
