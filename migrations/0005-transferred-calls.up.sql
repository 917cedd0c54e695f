-- Whom the caller talks to since the agent left; agent_leg_id is that party's leg from then on.
alter table call_records add column transferred_to text;
