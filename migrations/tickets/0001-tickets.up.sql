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

-- What of calls their tickets and the answer rate need.
create table calls (
  call_id uuid primary key,
  caller_number text not null,
  line text not null,
  offered_at timestamptz not null,
  -- When it first entered a queue, and how long it waited there for an agent.
  queued_at timestamptz,
  waited_ms int,
  -- The ticket it is about, where that is not one of its own: a callback, a return visit.
  ticket_id uuid,
  -- The branch hotline it was about last.
  branch text
);
create index calls_by_queueing on calls (queued_at) where queued_at is not null;
-- One process at a time works (src/db/lease.ts).
create table leases (
  name text primary key,
  epoch bigint not null,
  holder text not null,
  taken_at timestamptz not null default now(),
  -- A holder that is frozen keeps its connection: that it lives is told by renewing.
  renewed_at timestamptz not null default now()
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

-- The state of a ticket, narrow because every step writes it. fillfactor leaves room for the next versions in the same page, which
-- keeps the indexes out of it: a ticket's context grows on its way.
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
  created_at timestamptz not null,
  updated_at timestamptz not null
) with (fillfactor = 70);
create index tickets_by_call on tickets (call_id) where call_id is not null;
create index tickets_by_caller on tickets (caller_number, created_at desc);
create index tickets_by_unit on tickets (unit_path text_pattern_ops) where unit_path is not null;
create index tickets_by_parent on tickets (parent_id) where parent_id is not null;
create index tickets_by_age on tickets (created_at, ticket_id);
-- When the clock has something to do next, in a small table of its own: as an indexed column of `tickets` it moved with nearly every
-- step, and each of those had to write every index of a table of millions.
create table wakes (
  ticket_id uuid primary key references tickets on delete cascade,
  wake_at timestamptz not null
);
create index wakes_by_time on wakes (wake_at);

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
  position bigint,
  hash text
);
-- Entries without a place in the chain need none in the index of places.
create unique index audit_entries_by_position on audit_entries (position) where position is not null;
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
  edited_by text,
  edited_at timestamptz
);
-- Small things the service remembers about itself.
create table settings (
  key text primary key,
  value text not null
);

-- One step of a ticket with everything that belongs to it, in one call: PostgreSQL keeps the plans of a function's statements, and
-- planning them anew for every step took longer than carrying them out. False: somebody was quicker. Facts are kept for webhooks
-- alone: one that none wants is not written.
create function save_step(
  step_ticket uuid, step_revision int, new_state text, new_context jsonb, version int, new_kind text, new_unit text,
  new_path text, new_parent uuid, new_agent text, new_due timestamptz, new_wake timestamptz, step_at timestamptz,
  step_actor text, step_role text, step_origin text, step_action text, step_detail jsonb,
  fact_ids uuid[], fact_types text[], fact_data jsonb[], job_before text, job_at timestamptz
) returns boolean language plpgsql as $$
begin
  update tickets set
    state = new_state, context = new_context, machine_version = version, revision = step_revision + 1, kind = new_kind,
    unit_id = new_unit, unit_path = new_path, parent_id = new_parent, agent_id = new_agent, due_at = new_due,
    updated_at = step_at
  where ticket_id = step_ticket and revision = step_revision;
  if not found then
    return false;
  end if;
  if new_wake is null then
    delete from wakes where ticket_id = step_ticket;
  else
    insert into wakes (ticket_id, wake_at) values (step_ticket, new_wake)
    on conflict (ticket_id) do update set wake_at = new_wake where wakes.wake_at <> new_wake;
  end if;
  insert into audit_entries (subject, at, actor, role, origin, action, detail)
  values (step_ticket::text, step_at, step_actor, step_role, step_origin, step_action, step_detail);
  insert into facts (event_id, type, subject, time, data)
  select fact.id, fact.type, step_ticket::text, step_at, fact.data
  from unnest(fact_ids, fact_types, fact_data) as fact (id, type, data)
  where exists (select from webhooks where types && array[fact.type, '*']);
  if job_at is not null then
    perform tickets_jobs.add_job('wake', json_build_object('before', job_before), run_at => job_at, job_key => 'wake:' || job_before);
  end if;
  return true;
end
$$;
