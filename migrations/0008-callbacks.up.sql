-- Calls we place are calls too.
alter table call_records add column direction text not null default 'inbound' check (direction in ('inbound', 'outbound'));

-- Where the SIP edge sends calls to citizens, and which numbers it may call: from the city's file at every start.
create table trunks (
  name text primary key,
  uri text not null,
  numbers text[] not null
);

-- One row a callback, made from the log alone.
create table callbacks (
  callback_id uuid primary key,
  kind text not null check (kind in ('requested', 'missed', 'opened')),
  number text not null,
  line text not null,
  language text not null,
  queue text,
  skills text[] not null default '{}',
  priority integer not null default 0,
  -- The place in the line; null for one that agents take from the list.
  queued_at timestamptz,
  -- The latest call it came from.
  call_id uuid,
  missed_calls integer not null default 0,
  attempts integer not null default 0,
  opened_at timestamptz not null,
  opened_by text,
  not_before timestamptz,
  expires_at timestamptz not null,
  closed_at timestamptz,
  outcome text,
  closed_by text
);
create index callbacks_open on callbacks (opened_at) where closed_at is null;
create index callbacks_by_time on callbacks (opened_at);
