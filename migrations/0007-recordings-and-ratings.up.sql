-- One row an answered call; the sound is a sealed file, sha256 is of the WAV file in it. Gone when keep_until has come.
create table recordings (
  call_id uuid primary key,
  number bigint generated always as identity unique,
  line text not null,
  queue text,
  agent_id text,
  caller_number text not null,
  started_at timestamptz not null,
  duration_ms integer not null,
  bytes bigint not null,
  sha256 text not null,
  key_id text not null,
  file text not null,
  keep_until timestamptz not null
);
create index recordings_by_agent on recordings (agent_id, number desc);
create index recordings_by_end on recordings (keep_until);

-- 1 (very dissatisfied) to 5 (very satisfied), pressed by the caller after the talk.
alter table call_records add column rating smallint check (rating between 1 and 5);
