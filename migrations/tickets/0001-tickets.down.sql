drop function save_step;
drop table settings, calendar_days, notices, webhooks, facts, audit_entries, matters, wakes, tickets, officials, responsibilities,
  duties, units, counters, leases, calls, refused_events, applied_events, stream_cursors;
