drop table settings, registrations, sip_accounts, users, agents, agent_records, call_records, log_cursors, events;
