-- Sessions that were ended before their time: their tokens are refused. Without a session all of the user's until then.
create table ended_sessions (
  session_id text not null default '',
  username text not null,
  ended_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (username, session_id)
);
