-- State Council holidays and make-up workdays. `edited_by` is null for what was seeded: only those are seeded anew.
-- 'ordinary' is a seeded day that somebody took out: it stays out.
create table calendar_days (
  date date primary key,
  kind text not null check (kind in ('holiday', 'workday', 'ordinary')),
  name text not null,
  edited_by text,
  edited_at timestamptz
);

-- Calendars that are closed by command now; what was is in the log. `until` is null: until revoked.
create table calendar_closings (
  calendar_id text primary key,
  reason text not null,
  closed_by text not null,
  closed_at timestamptz not null,
  until timestamptz
);
