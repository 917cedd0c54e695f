-- Notices of supervisors to the desks. agent_ids is null for everybody. What was is kept: who said what to whom, and until when.
create table notices (
  notice_id uuid primary key,
  text text not null,
  level text not null check (level in ('info', 'warning', 'urgent')),
  queue text,
  agent_ids text[],
  published_by text not null,
  published_at timestamptz not null,
  until timestamptz,
  withdrawn_by text,
  withdrawn_at timestamptz
);
create index notices_current on notices (published_at) where withdrawn_at is null;

-- Announcements before the menu that are in force; what was is in the log. line is '' for all lines.
create table incidents (
  incident_id uuid primary key,
  line text not null unique,
  to_waiting boolean not null,
  announced_by text not null,
  announced_at timestamptz not null,
  until timestamptz
);

-- What is said: the sound itself, so that any process can lay it where the switches read it.
create table incident_sounds (
  incident_id uuid not null references incidents on delete cascade,
  language text not null,
  text text,
  wav bytea not null,
  primary key (incident_id, language)
);
