-- Messages of callers whom nobody could be found for. The sound is a sealed file; sha256 is of the WAV file in it.
create table voicemails (
  voicemail_id uuid primary key,
  number bigint generated always as identity unique,
  call_id uuid not null,
  queue text not null,
  line text not null,
  caller_number text not null,
  caller_name text not null default '',
  language text not null,
  reason text not null check (reason in ('closed', 'overflow')),
  left_at timestamptz not null,
  duration_ms integer not null,
  bytes bigint not null,
  sha256 text not null,
  file text not null,
  handled_by text,
  handled_at timestamptz
);
create index voicemails_by_queue on voicemails (queue, number desc);

-- Who heard which bytes of which sound, and when; kept when the sound is deleted.
create table playbacks (
  number bigint generated always as identity primary key,
  kind text not null check (kind in ('voicemail', 'recording')),
  subject uuid not null,
  played_by text not null,
  played_at timestamptz not null default now(),
  first_byte bigint not null,
  last_byte bigint not null
);
create index playbacks_by_subject on playbacks (subject, number);

-- What the message lamp of each phone shows; written by the hotline, told to the phones by the SIP edge.
create table message_lamps (
  extension text primary key,
  waiting integer not null,
  handled integer not null
);
