-- Where a talk stands, so that a hotline that starts anew in the middle of one goes on from there: whether the caller is on
-- hold, and the third party under way (leg, target, how far), if any.
alter table call_records add column held boolean not null default false;
alter table call_records add column third jsonb;
