alter table call_records drop column transferred_to;
