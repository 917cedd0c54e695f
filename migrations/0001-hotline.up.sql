-- The single hinge: every fact of the hotline, in the order it was committed.
create table events (
  sequence bigint generated always as identity primary key,
  id uuid not null unique,
  type text not null,
  subject text not null,
  time timestamptz not null,
  data jsonb not null
);
create index events_by_subject on events (subject, sequence);
create index events_by_type_and_time on events (type, time);

-- How far each reader of the log has come; written in the transaction that holds its effect.
create table log_cursors (
  reader text primary key,
  sequence bigint not null
);

-- One row a call, made from the log alone: it can be dropped and made again.
create table call_records (
  call_id uuid primary key,
  line text not null,
  switch text not null,
  leg_id text not null,
  caller_number text not null,
  caller_name text not null default '',
  offered_at timestamptz not null,
  language text,
  menu_path text[] not null default '{}',
  queue text,
  skills text[] not null default '{}',
  priority integer not null default 0,
  queued_at timestamptz,
  ringing_agent_id text,
  agent_id text,
  agent_leg_id text,
  answered_at timestamptz,
  abandoned_at timestamptz,
  released_at timestamptz,
  released_by text,
  cause text
);
create index call_records_open on call_records (offered_at) where released_at is null;
create index call_records_by_caller on call_records (caller_number, offered_at desc);
create index call_records_by_queue on call_records (queue, queued_at) where queue is not null;
create index call_records_by_offer on call_records (offered_at);

-- The last known state of every agent, made from the log alone.
create table agent_records (
  agent_id text primary key,
  status text not null,
  state text not null,
  reason text,
  extension text,
  call_id uuid,
  changed_at timestamptz not null
);

create table agents (
  agent_id text primary key check (agent_id ~ '^[A-Za-z0-9_-]{1,32}$'),
  name text not null,
  skills text[] not null default '{}',
  languages text[] not null default '{cmn}',
  wrap_up_seconds integer check (wrap_up_seconds between 0 and 3600)
);

create table users (
  username text primary key,
  password_hash text not null,
  role text not null check (role in ('agent', 'supervisor', 'admin', 'service')),
  agent_id text references agents on delete set null,
  created_at timestamptz not null default now()
);

-- Phones. The digests are H(username:realm:password) of RFC 8760, never the password.
create table sip_accounts (
  username text primary key check (username ~ '^[A-Za-z0-9_.-]{1,32}$'),
  realm text not null,
  ha1_md5 text not null,
  ha1_sha256 text not null
);

create table registrations (
  username text not null references sip_accounts on delete cascade,
  contact text not null,
  route text not null,
  call_id text not null,
  cseq bigint not null,
  user_agent text not null default '',
  expires_at timestamptz not null,
  primary key (username, contact)
);

create table settings (
  key text primary key,
  value text not null
);
