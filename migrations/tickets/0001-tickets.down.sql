drop table settings, calendar_days, notices, webhooks, facts, audit_entries, matters, tickets, officials, responsibilities,
  duties, units, counters, calls, refused_events, applied_events, stream_cursors;
