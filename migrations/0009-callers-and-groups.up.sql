alter table call_records add column wrap_up_code text;

-- The queues an agent serves, as [{"queue": …, "rank": …}]; empty: all that the skills allow.
alter table agents add column groups jsonb not null default '[]';

-- Callers who are treated in their own way: served first, or graded as a nuisance, with evidence and an end.
create table callers (
  number text primary key,
  priority integer not null default 0 check (priority between 0 and 100),
  vip boolean not null default false,
  grade text check (grade in ('note', 'warning', 'queue', 'refuse')),
  evidence text[] not null default '{}',
  note text not null default '',
  set_by text not null,
  set_at timestamptz not null,
  until timestamptz,
  check (grade is null or cardinality(evidence) > 0)
);
