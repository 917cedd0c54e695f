import type { ColumnType, Generated, GeneratedAlways, Selectable } from 'kysely'

/** Time columns are read as Date and written as Date or ISO text. */
type Timestamp = ColumnType<Date, Date | string, Date | string>

export interface EventsTable {
  sequence: GeneratedAlways<number>
  id: string
  type: string
  subject: string
  time: Timestamp
  data: ColumnType<unknown, string, never>
}

export interface LogCursorsTable {
  reader: string
  sequence: number
}

export interface CallRecordsTable {
  call_id: string
  line: string
  switch: string
  leg_id: string
  caller_number: string
  caller_name: Generated<string>
  offered_at: Timestamp
  language: string | null
  menu_path: Generated<string[]>
  queue: string | null
  skills: Generated<string[]>
  priority: Generated<number>
  queued_at: Timestamp | null
  ringing_agent_id: string | null
  agent_id: string | null
  agent_leg_id: string | null
  transferred_to: string | null
  emergency: string | null
  answered_at: Timestamp | null
  abandoned_at: Timestamp | null
  released_at: Timestamp | null
  released_by: string | null
  rating: number | null
  cause: string | null
  direction: Generated<'inbound' | 'outbound'>
  wrap_up_code: string | null
  held: Generated<boolean>
  third: ColumnType<ThirdPartyRecord | null, string | null | undefined, string | null>
}

/** A third party under way in a talk. */
export interface ThirdPartyRecord {
  readonly legId: string
  readonly target: string
  readonly state: 'consulting' | 'transferring' | 'consulted' | 'conference' | 'alarming'
  /** Of an emergency service. */
  readonly emergency?: { readonly mode: 'three-way' | 'hand-over'; readonly by: string }
}

export interface AgentRecordsTable {
  agent_id: string
  status: string
  state: string
  reason: string | null
  extension: string | null
  call_id: string | null
  changed_at: Timestamp
}

export interface AgentsTable {
  agent_id: string
  name: string
  skills: Generated<string[]>
  languages: Generated<string[]>
  wrap_up_seconds: number | null
  groups: ColumnType<{ queue: string; rank: number }[], string | undefined, string>
}

export interface UsersTable {
  username: string
  password_hash: string
  role: 'agent' | 'supervisor' | 'admin' | 'service'
  agent_id: string | null
  created_at: Generated<Date>
}

export interface SipAccountsTable {
  username: string
  realm: string
  ha1_md5: string
  ha1_sha256: string
  session_id: Generated<string | null>
  opened_by: Generated<string | null>
  expires_at: Generated<Date | null>
}

export interface RegistrationsTable {
  username: string
  contact: string
  route: string
  call_id: string
  cseq: number
  user_agent: Generated<string>
  expires_at: Timestamp
}

export interface BranchRoutesTable {
  number: string
  uri: string | null
}

export interface TrunksTable {
  name: string
  uri: string
  numbers: string[]
}

export interface CallbacksTable {
  callback_id: string
  kind: 'requested' | 'missed' | 'opened'
  number: string
  line: string
  language: string
  queue: string | null
  skills: Generated<string[]>
  priority: Generated<number>
  queued_at: Timestamp | null
  call_id: string | null
  missed_calls: Generated<number>
  attempts: Generated<number>
  opened_at: Timestamp
  opened_by: string | null
  not_before: Timestamp | null
  expires_at: Timestamp
  closed_at: Timestamp | null
  outcome: string | null
  closed_by: string | null
}

export interface CallersTable {
  number: string
  priority: number
  vip: boolean
  grade: 'note' | 'warning' | 'queue' | 'refuse' | null
  evidence: string[]
  note: string
  set_by: string
  set_at: Timestamp
  until: Timestamp | null
}

export interface MessageLampsTable {
  extension: string
  waiting: number
  handled: number
}

export interface SettingsTable {
  key: string
  value: string
}

interface EndedSessionsTable {
  session_id: string
  username: string
  ended_at: Date
  expires_at: Date
}

export interface DatabaseSchema {
  events: EventsTable
  log_cursors: LogCursorsTable
  call_records: CallRecordsTable
  agent_records: AgentRecordsTable
  agents: AgentsTable
  users: UsersTable
  sip_accounts: SipAccountsTable
  registrations: RegistrationsTable
  branch_routes: BranchRoutesTable
  trunks: TrunksTable
  callbacks: CallbacksTable
  callers: CallersTable
  message_lamps: MessageLampsTable
  settings: SettingsTable
  ended_sessions: EndedSessionsTable
}

export type CallRow = Selectable<CallRecordsTable>
export type AgentRow = Selectable<AgentRecordsTable>
export type CallbackRow = Selectable<CallbacksTable>
