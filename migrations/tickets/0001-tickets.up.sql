-- Tables of the ticket service, in the schema `tickets`: no other process reads or writes them.

-- How far the hotline's stream was applied, and by id what was: both move in the transaction of the change itself.
create table stream_cursors (
  source text primary key,
  sequence bigint not null
);
create table applied_events (
  event_id uuid primary key,
  sequence bigint not null,
  applied_at timestamptz not null default now()
);
create index applied_events_by_age on applied_events (applied_at);
-- Facts that could not be applied, for people to look at; the stream goes on.
create table refused_events (
  event_id uuid primary key,
  event jsonb not null,
  reason text not null,
  refused_at timestamptz not null default now()
);

-- What is known of a call before somebody answers it.
create table calls (
  call_id uuid primary key,
  caller_number text not null,
  line text not null,
  language text,
  offered_at timestamptz not null
);

create table counters (
  name text primary key,
  value bigint not null
);

create table units (
  unit_id text primary key,
  name text not null,
  -- From the top of the tree, e.g. qidong/housing.
  path text not null unique,
  level smallint not null check (level between 1 and 4),
  type text not null check (type in ('department', 'partner', 'sub-centre')),
  leader text,
  phone text,
  -- Unsatisfied return visits in a row, and since when the unit gets no tickets any more.
  strikes smallint not null default 0,
  expelled_at timestamptz
);
create table duties (
  duty_id bigint generated always as identity primary key,
  unit_id text not null references units,
  person text not null,
  phone text not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  check (starts_at < ends_at)
);
create index duties_by_unit on duties (unit_id, ends_at);
create table responsibilities (
  classification text not null,
  unit_id text not null references units,
  valid_from date not null,
  valid_to date,
  primary key (classification, unit_id, valid_from)
);
create table officials (
  username text primary key,
  password_hash text not null,
  unit_id text not null references units,
  created_at timestamptz not null default now()
);

-- The state of a ticket, narrow because every step writes it. fillfactor leaves room for the new version in the same page.
create table tickets (
  ticket_id uuid primary key,
  number text not null unique,
  query_code text not null,
  wrong_codes smallint not null default 0,
  channel text not null,
  state text not null,
  context jsonb not null,
  machine_version int not null,
  revision int not null,
  kind text,
  unit_id text,
  unit_path text,
  agent_id text,
  call_id uuid,
  caller_number text not null,
  parent_id uuid references tickets,
  due_at timestamptz,
  -- When the clock has something to do next.
  wake_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
) with (fillfactor = 85);
create index tickets_by_call on tickets (call_id) where call_id is not null;
create index tickets_by_caller on tickets (caller_number, created_at desc);
create index tickets_by_unit on tickets (unit_path text_pattern_ops) where unit_path is not null;
create index tickets_by_parent on tickets (parent_id) where parent_id is not null;
create index tickets_to_wake on tickets (wake_at) where wake_at is not null;
create index tickets_by_age on tickets (created_at, ticket_id);

-- What the citizen said: wide, and seldom changed.
create table matters (
  ticket_id uuid primary key references tickets on delete cascade,
  title text not null default '',
  content text not null default '',
  classification text,
  address text not null default '',
  -- The address without spaces and marks: two people write the same place differently.
  address_key text not null default '',
  contact_name text not null default '',
  confidential boolean not null default false,
  bigrams text[] not null default '{}',
  created_at timestamptz not null
);
create index matters_by_bigram on matters using gin (bigrams);
create index matters_by_address on matters (address_key, created_at) where address_key <> '';

-- Who did what, when, from where, before and after. `position` and `hash` are set when the entry is sealed into the chain.
create table audit_entries (
  entry_id bigint generated always as identity primary key,
  subject text not null,
  at timestamptz not null,
  actor text not null,
  role text not null,
  origin text not null,
  action text not null,
  detail jsonb not null,
  position bigint unique,
  hash text
);
create index audit_entries_by_subject on audit_entries (subject, entry_id);
create index audit_entries_unsealed on audit_entries (entry_id) where position is null;

-- Facts for webhooks. `tx` orders them by commit: what is below the oldest running transaction never gets company.
create table facts (
  sequence bigint generated always as identity primary key,
  tx xid8 not null default pg_current_xact_id(),
  event_id uuid not null,
  type text not null,
  subject text not null,
  time timestamptz not null,
  data jsonb not null
);
create index facts_by_tx on facts (tx, sequence);
create table webhooks (
  webhook_id uuid primary key,
  url text not null,
  secret text not null,
  types text[] not null,
  cursor_tx xid8 not null,
  cursor_sequence bigint not null,
  failures int not null default 0,
  last_error text,
  delivered_at timestamptz
);

create table notices (
  number text primary key,
  ticket_id uuid not null references tickets,
  kind text not null,
  stage text not null,
  unit_id text,
  copied_to text[] not null,
  issued_at timestamptz not null,
  html text not null,
  body text not null
);
create index notices_by_ticket on notices (ticket_id);

create table calendar_days (
  date date primary key,
  kind text not null check (kind in ('holiday', 'workday', 'ordinary')),
  name text not null,
  edited_by text
);
create table settings (
  key text primary key,
  value text not null
);
