-- The account of a browser's phone is made for a session and good as long as that is; a desk phone's is nobody's in particular.
alter table sip_accounts
  add column session_id text,
  add column opened_by text,
  add column expires_at timestamptz;
