-- The epoch of a lease that another holds; null while it is ours. As it is now, also in a statement that began earlier and waited: what
-- a volatile function reads is read anew.
create function epoch_of_another(lease text, ours text) returns bigint language plpgsql volatile as $$
begin
  return (select epoch from leases where name = lease and holder is distinct from ours);
end
$$;
