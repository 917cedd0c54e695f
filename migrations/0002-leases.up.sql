-- Who drives the switches: the epoch grows with every holder, so that an earlier one can be told from the present.
create table leases (
  name text primary key,
  epoch bigint not null,
  holder text not null,
  taken_at timestamptz not null default now()
);
