delete from branch_routes where uri is null;
alter table branch_routes alter column uri set not null;
