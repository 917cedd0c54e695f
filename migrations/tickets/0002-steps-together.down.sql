drop function save_steps;
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
