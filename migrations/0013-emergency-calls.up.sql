-- The emergency service (110, 119, 120) this call was brought to, if any: the case is ours until it is settled.
alter table call_records add column emergency text;
