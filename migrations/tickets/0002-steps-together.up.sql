-- Steps of several tickets with everything that belongs to them, in one call and so in one transaction: those who act at the same time
-- share a round trip and a commit. Each step stands on the revision it was decided on; the ids of those that were not overtaken come back.
-- A ticket is named once at most, in the order of ids, so that two calls do not wait for each other.
--
-- Columns come as arrays: reading a list of objects took as long as all the writing. Plans are generic: with each list PostgreSQL would
-- plan anew, as it did for the facts of every step before, and take it for an advantage.
create function save_steps(
  step_tickets uuid[], revisions int[], states text[], contexts jsonb[], version int, kinds text[], units text[], paths text[],
  parents uuid[], agents text[], due timestamptz[], next_wakes timestamptz[], times timestamptz[],
  actors text[], roles text[], origins text[], actions text[], details jsonb[], step_facts text[],
  job_befores text[], job_times timestamptz[]
) returns uuid[] language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
  saved uuid[] := '{}';
begin
  for i in 1 .. cardinality(step_tickets) loop
    update tickets set
      state = states[i], context = contexts[i], machine_version = version, revision = revisions[i] + 1, kind = kinds[i],
      unit_id = units[i], unit_path = paths[i], parent_id = parents[i], agent_id = agents[i], due_at = due[i], updated_at = times[i]
    where ticket_id = step_tickets[i] and revision = revisions[i];
    continue when not found;
    saved := saved || step_tickets[i];
    if next_wakes[i] is null then
      delete from wakes where ticket_id = step_tickets[i];
    else
      insert into wakes (ticket_id, wake_at) values (step_tickets[i], next_wakes[i])
      on conflict (ticket_id) do update set wake_at = excluded.wake_at where wakes.wake_at <> excluded.wake_at;
    end if;
    insert into audit_entries (subject, at, actor, role, origin, action, detail)
    values (step_tickets[i]::text, times[i], actors[i], roles[i], origins[i], actions[i], details[i]);
    if job_times[i] is not null then
      perform tickets_jobs.add_job('wake', json_build_object('before', job_befores[i]), run_at => job_times[i], job_key => 'wake:' || job_befores[i]);
    end if;
  end loop;

  -- Facts are kept for webhooks alone: one that none wants is not written, and not even read.
  if exists (select from webhooks) then
    insert into facts (event_id, type, subject, time, data)
    select fact.id, fact.type, step.ticket::text, step.at, fact.data
    from unnest(step_tickets, times, step_facts) as step (ticket, at, facts),
      jsonb_to_recordset(step.facts::jsonb) as fact (id uuid, type text, data jsonb)
    where step.ticket = any(saved) and exists (select from webhooks where types && array[fact.type, '*']);
  end if;
  return saved;
end
$$;
drop function save_step;
