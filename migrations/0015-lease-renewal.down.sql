alter table leases drop column renewed_at;
