-- A holder that is frozen keeps its connection: that it lives is told by renewing.
alter table leases add column renewed_at timestamptz not null default now();
