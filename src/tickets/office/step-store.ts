import { CompiledQuery, sql } from 'kysely'
import { jsonText, newId } from '../../kernel/index.ts'
import type { AuditEntry } from '../audit/audit-entry.ts'
import type { TicketFact } from '../facts/ticket-facts.ts'
import { newContext, type TicketContext } from '../machine/ticket-context.ts'
import { ticketMachineVersion } from '../machine/ticket-machine.ts'
import type { TicketDatabase } from '../ticket-database.ts'

/** One step of a ticket with everything that goes into the same transaction. */
export interface TicketChange {
  readonly ticketId: string
  /** The revision the change was decided on. */
  readonly revision: number
  readonly state: string
  readonly context: TicketContext
  readonly at: number
  /** When the unit has to be done, and when the clock has something to do next. */
  readonly dueAt: number | null
  readonly wakeAt: number | null
  /** The job that wakes everything due by a moment, where none is known to be planned yet. */
  readonly wakeJob: WakeJob | null
  readonly audit: AuditEntry
  readonly facts: readonly TicketFact[]
}

/** A job for all tickets due by `before`, run at a moment of real time. */
export interface WakeJob {
  readonly before: number
  readonly runAt: Date
}

/**
 * Carries steps of different tickets out, each if its ticket is still as it was decided on, and says so of each. One call, so that tickets,
 * audit, facts and jobs stand or fall together at the price of one round trip (`save_steps` in migration 0002).
 */
export async function saveSteps(db: TicketDatabase, steps: readonly TicketChange[]): Promise<boolean[]> {
  const inOrder = steps.length === 1 ? steps : steps.toSorted((a, b) => (a.ticketId < b.ticketId ? -1 : 1))
  const { rows } = await db.executeQuery<{ saved: string[] }>(CompiledQuery.raw(saveStepsSql, columnsOf(inOrder)))
  const saved = new Set(rows[0]?.saved)
  return steps.map(({ ticketId }) => saved.has(ticketId))
}

const columns = 21
const saveStepsSql = `select save_steps(${Array.from({ length: columns }, (_, index) => `$${index + 1}`).join(', ')}) as saved`

/** In the order of the parameters of `save_steps`. */
function columnsOf(steps: readonly TicketChange[]): unknown[] {
  return [
    steps.map(({ ticketId }) => ticketId),
    steps.map(({ revision }) => revision),
    steps.map(({ state }) => state),
    steps.map(({ context }) => contextText(context)),
    ticketMachineVersion,
    steps.map(({ context }) => context.kind),
    steps.map(({ context }) => context.unit?.unitId),
    steps.map(({ context }) => context.unit?.path),
    steps.map(({ context }) => context.parentId),
    steps.map(({ context }) => context.firstReceiver),
    steps.map(({ dueAt }) => isoText(dueAt)),
    steps.map(({ wakeAt }) => isoText(wakeAt)),
    steps.map(({ at }) => isoText(at)),
    steps.map(({ audit }) => audit.actor),
    steps.map(({ audit }) => audit.role),
    steps.map(({ audit }) => audit.origin),
    steps.map(({ audit }) => audit.action),
    steps.map(({ audit }) => jsonText(audit.detail)),
    steps.map(({ facts }) => jsonText(facts.map(({ type, data }) => ({ id: newId(), type, data })))),
    steps.map(({ wakeJob }) => wakeJob && String(wakeJob.before)),
    steps.map(({ wakeJob }) => wakeJob?.runAt.toISOString()),
  ]
}

const blank: Readonly<Record<string, unknown>> = { ...newContext({ firstReceiver: null, at: 0 }) }

/**
 * A context as it is stored: without what is as at the beginning, which `toCurrentVersion` fills in when it is read. Most of a ticket's
 * fields never change, and PostgreSQL writes the whole row with every step.
 */
export function contextText(context: TicketContext): string {
  const stored: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(context)) if (value !== blank[key] && !isEmpty(value)) stored[key] = value
  return jsonText(stored)
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

function isoText(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}

/** Whether the server itself refused a statement, so that nothing of it was done; of one that never came back nobody knows. */
export function refusedByServer(error: unknown): boolean {
  return (error as { severity?: unknown }).severity === 'ERROR'
}

/** Facts and an entry of the audit beside a change that is not a step of a ticket. */
export function noteSql({ audit, facts, at }: Pick<TicketChange, 'audit' | 'facts' | 'at'>) {
  return sql`
    with noted as (
      insert into audit_entries (subject, at, actor, role, origin, action, detail)
      select ${audit.subject}, ${instant(audit.at)}::timestamptz, ${audit.actor}, ${audit.role}, ${audit.origin},
        ${audit.action}, ${jsonText(audit.detail)}::jsonb
    )
    insert into facts (event_id, type, subject, time, data)
    select id, type, data ->> 'ticketId', ${instant(at)}::timestamptz, data
    from unnest(
      ${facts.map(() => newId())}::uuid[], ${facts.map(({ type }) => type)}::text[],
      ${facts.map(({ data }) => jsonText(data))}::jsonb[]
    ) as fact (id, type, data)
    where exists (select from webhooks where types && array[type, '*'])`
}

function instant(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms)
}
