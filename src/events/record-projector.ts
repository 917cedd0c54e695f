import { type Kysely, sql, type UpdateObject } from 'kysely'
import type { Database, DatabaseSchema } from '../db/index.ts'
import { type Cancel, type Clock, type Logger, messageOf } from '../kernel/index.ts'
import { projectCallback } from './callback-record-store.ts'
import type { CommittedEvent } from './event.ts'
import { readEvents } from './event-log.ts'

const reader = 'records'
const batchSize = 500
const retryEvery = 500

/**
 * Makes one row a call and one row an agent from the log, and nothing but the log: the cursor moves in the same
 * transaction, so every fact has its effect once, also after a crash.
 */
export class RecordProjector {
  readonly #db: Database
  readonly #clock: Clock
  readonly #logger: Logger
  #running = false
  #wanted = false
  #closed = false
  #cancelRetry: Cancel = () => {}
  #caughtUp: (() => void)[] = []

  constructor({ db, clock, logger }: { db: Database; clock: Clock; logger: Logger }) {
    this.#db = db
    this.#clock = clock
    this.#logger = logger
  }

  /** Says that new facts are committed. */
  wake(): void {
    this.#wanted = true
    if (!this.#running && !this.#closed) void this.#run()
  }

  /** Resolves when the records hold everything committed before the call. */
  catchUp(): Promise<void> {
    return new Promise((resolve) => {
      this.#caughtUp.push(resolve)
      this.wake()
    })
  }

  close(): void {
    this.#closed = true
    this.#cancelRetry()
  }

  async #run(): Promise<void> {
    this.#running = true
    try {
      while (this.#wanted && !this.#closed) {
        this.#wanted = false
        while ((await this.#projectBatch()) === batchSize);
      }
      for (const resolve of this.#caughtUp.splice(0)) resolve()
    } catch (error) {
      this.#logger.warn({ reason: messageOf(error) }, 'call records are behind the log, trying again')
      this.#cancelRetry = this.#clock.after(retryEvery, () => this.wake())
    } finally {
      this.#running = false
    }
  }

  #projectBatch(): Promise<number> {
    return this.#db.transaction().execute(async (transaction) => {
      await sql`insert into log_cursors (reader, sequence) values (${reader}, 0) on conflict do nothing`.execute(
        transaction,
      )
      const cursor = await transaction
        .selectFrom('log_cursors')
        .select('sequence')
        .where('reader', '=', reader)
        .forUpdate()
        .executeTakeFirstOrThrow()
      const events = await readEvents(transaction, { after: cursor.sequence, limit: batchSize })
      for (const event of events) await projectEvent(transaction, event)
      const last = events.at(-1)
      if (last) {
        await transaction
          .updateTable('log_cursors')
          .set({ sequence: last.sequence })
          .where('reader', '=', reader)
          .execute()
      }
      return events.length
    })
  }
}

async function projectEvent(db: Kysely<DatabaseSchema>, event: CommittedEvent): Promise<void> {
  if (event.type === 'call.offered') {
    const { callId, line, switch: switchName, legId, callerNumber, callerName } = event.data
    await db
      .insertInto('call_records')
      .values({
        call_id: callId,
        line,
        switch: switchName,
        leg_id: legId,
        caller_number: callerNumber,
        caller_name: callerName,
        offered_at: new Date(event.time),
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    return
  }
  if (event.type === 'call.placed') {
    const { callId, line, switch: switchName, legId, callerNumber, agentId } = event.data
    const row = { call_id: callId, line, switch: switchName, leg_id: legId, caller_number: callerNumber }
    await db
      .insertInto('call_records')
      .values({ ...row, direction: 'outbound', ringing_agent_id: agentId, offered_at: new Date(event.time) })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    return
  }
  if (event.type === 'agent.state-changed') {
    const { agentId, status, to, reason, extension, callId } = event.data
    const row = { status, state: to, reason, extension, call_id: callId, changed_at: new Date(event.time) }
    await db
      .insertInto('agent_records')
      .values({ agent_id: agentId, ...row })
      .onConflict((conflict) => conflict.column('agent_id').doUpdateSet(row))
      .execute()
    return
  }
  if (event.type.startsWith('callback.')) return projectCallback(db, event)
  const change = changeOfCall(event)
  if (change && 'callId' in event.data && event.data.callId !== null) {
    await db.updateTable('call_records').set(change).where('call_id', '=', event.data.callId).execute()
  }
}

type CallChange = UpdateObject<DatabaseSchema, 'call_records'>

/** Caller and agent, or whoever has the caller since, are with each other and nobody else. */
const together = { held: false, third: null }
const alone = { agent_leg_id: null, ...together }

function changeOfCall(event: CommittedEvent): CallChange | undefined {
  const at = new Date(event.time)
  switch (event.type) {
    case 'call.language-chosen':
      return { language: event.data.language }
    case 'call.menu-entered':
      return { menu_path: event.data.path }
    case 'call.queued': {
      const { queue, skills, language, priority, menuPath, queuedAt } = event.data
      // Who waits is with nobody, also after a talk.
      const place = { queue, skills, language, priority, menu_path: menuPath, queued_at: new Date(queuedAt), ...alone }
      // An agent's phone answered, but nobody ever spoke to the caller.
      const unanswered = { agent_id: null, answered_at: null, transferred_to: null }
      return event.data.reason === 'bridge-failed' ? { ...place, ...unanswered } : place
    }
    case 'call.relaxed':
      return { skills: event.data.skills }
    case 'call.wrapped-up':
      return { wrap_up_code: event.data.code }
    case 'agent.offered':
      return { ringing_agent_id: event.data.agentId }
    case 'agent.offer-failed':
      return { ringing_agent_id: null }
    case 'call.answered': {
      const { agentId, legId } = event.data
      return { agent_id: agentId, agent_leg_id: legId, answered_at: at, ringing_agent_id: null }
    }
    case 'call.taken-over':
      return { agent_id: event.data.agentId, agent_leg_id: event.data.legId, ...together }
    case 'call.phone-returned':
      return { agent_leg_id: event.data.legId }
    case 'call.held':
      return { held: true }
    case 'call.retrieved':
      return { held: false }
    case 'call.consultation-started': {
      const { legId, target, purpose } = event.data
      const state = purpose === 'consult' ? 'consulting' : 'transferring'
      return { held: false, third: JSON.stringify({ legId, target, state }) }
    }
    case 'call.consulted':
    case 'call.conferenced': {
      const { legId, target } = event.data
      const state = event.type === 'call.consulted' ? 'consulted' : 'conference'
      return { held: false, third: sql<string>`third || ${JSON.stringify({ legId, target, state })}::jsonb` }
    }
    case 'call.consultation-failed':
    case 'call.returned':
    case 'call.advised':
    case 'call.emergency-returned':
      return together
    case 'call.reached': {
      const { agentId, agentLegId } = event.data
      return { agent_id: agentId, agent_leg_id: agentLegId, answered_at: at, ringing_agent_id: null }
    }
    case 'call.branch-answered':
    case 'call.transferred':
      return { agent_leg_id: event.data.legId, transferred_to: event.data.target, ...together }
    case 'call.emergency-started': {
      const { legId, service, mode, by } = event.data
      const third = { legId, target: service, state: 'alarming', emergency: { mode, by } }
      return { emergency: service, held: false, third: JSON.stringify(third) }
    }
    case 'call.rated':
      return { rating: event.data.rating }
    case 'call.abandoned':
      return { abandoned_at: at }
    case 'call.released':
      return { released_at: at, released_by: event.data.by, cause: event.data.cause, ringing_agent_id: null }
    default:
      return undefined
  }
}
