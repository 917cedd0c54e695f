alter table sip_accounts drop column session_id, drop column opened_by, drop column expires_at;
