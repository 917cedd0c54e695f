-- Where the SIP edge sends calls to branch hotlines; written by the hotline from the city's file at every start.
create table branch_routes (
  number text primary key,
  uri text not null
);
