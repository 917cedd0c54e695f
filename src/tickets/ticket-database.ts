import type { ColumnType, Generated, GeneratedAlways, Kysely } from 'kysely'

type Instant = ColumnType<Date, Date | string, Date | string>
type Json = ColumnType<unknown, string, string>

/** The tables of `migrations/tickets`, in the schema {@link ticketSchema}. */
export interface TicketTables {
  stream_cursors: { source: string; sequence: number }
  applied_events: { event_id: string; sequence: number; applied_at: Generated<Date> }
  refused_events: { event_id: string; event: Json; reason: string; refused_at: Generated<Date> }
  calls: {
    call_id: string
    caller_number: string
    line: string
    offered_at: Instant
    queued_at: Instant | null
    waited_ms: number | null
    ticket_id: string | null
    branch: string | null
  }
  counters: { name: string; value: number }
  units: {
    unit_id: string
    name: string
    path: string
    level: number
    type: 'department' | 'partner' | 'sub-centre'
    leader: string | null
    phone: string | null
    strikes: Generated<number>
    expelled_at: Instant | null
  }
  duties: {
    duty_id: GeneratedAlways<number>
    unit_id: string
    person: string
    phone: string
    starts_at: Instant
    ends_at: Instant
  }
  responsibilities: { classification: string; unit_id: string; valid_from: string; valid_to: string | null }
  officials: { username: string; password_hash: string; unit_id: string; created_at: Generated<Date> }
  tickets: {
    ticket_id: string
    number: string
    query_code: string
    wrong_codes: Generated<number>
    channel: string
    state: string
    context: Json
    machine_version: number
    revision: number
    kind: string | null
    unit_id: string | null
    unit_path: string | null
    agent_id: string | null
    call_id: string | null
    caller_number: string
    parent_id: string | null
    due_at: Instant | null
    created_at: Instant
    updated_at: Instant
  }
  wakes: { ticket_id: string; wake_at: Instant }
  matters: {
    ticket_id: string
    title: Generated<string>
    content: Generated<string>
    classification: string | null
    address: Generated<string>
    address_key: Generated<string>
    contact_name: Generated<string>
    confidential: Generated<boolean>
    bigrams: Generated<string[]>
    created_at: Instant
  }
  audit_entries: {
    entry_id: GeneratedAlways<number>
    subject: string
    at: Instant
    actor: string
    role: string
    origin: string
    action: string
    detail: Json
    position: number | null
    hash: string | null
  }
  facts: {
    sequence: GeneratedAlways<number>
    tx: Generated<string>
    event_id: string
    type: string
    subject: string
    time: Instant
    data: Json
  }
  webhooks: {
    webhook_id: string
    url: string
    secret: string
    types: string[]
    cursor_tx: string
    cursor_sequence: number
    failures: Generated<number>
    last_error: string | null
    delivered_at: Instant | null
  }
  notices: {
    number: string
    ticket_id: string
    kind: string
    stage: string
    unit_id: string | null
    copied_to: string[]
    issued_at: Instant
    html: string
    body: string
  }
  settings: { key: string; value: string }
}

export type TicketDatabase = Kysely<TicketTables>

/** The PostgreSQL schema of the ticket service, and that of its jobs. */
export const ticketSchema = 'tickets'
export const jobSchema = 'tickets_jobs'
