import { sql } from 'kysely'
import type { Database } from '../db/index.ts'
import { type Clock, type Logger, messageOf, newId, within } from '../kernel/index.ts'
import { type CommittedEvent, type EventData, type EventType, type HotlineEvent, subjectOf } from './event.ts'
import type { EventJournal } from './event-journal.ts'
import { insertBatch, readEvents, readTimeline, sequencesOf, type Writer } from './event-store.ts'
import { Pace } from './pace.ts'

/** Facts in one transaction: what piled up while the one before was written, and the more of it the fewer commits. */
const batchSize = 5000
/** One call by itself is in the database at once; facts of many calls share ten commits a second. */
const pace = { burst: 20, everyMs: 100 } as const
/** As many facts are a commit of their own. */
const worthACommit = 250
/** Milliseconds a reader waits at most for what is about to be committed. */
const dueWithin = 1000
/** Milliseconds between attempts while the database is away. */
const retryEvery = 250

export interface EventLogOptions {
  readonly db: Database
  readonly journal: EventJournal
  /** What an earlier process left in the journal. */
  readonly left: readonly HotlineEvent[]
  readonly clock: Clock
  readonly logger: Logger
  /** The epoch under which this process writes; without it anybody may, as in a test. */
  readonly epoch?: () => number
  /** Who we are as a holder of the lease: that we took it anew, under a later epoch, is known to the database before us. */
  readonly holder?: string
  /** Another process writes the log now: nothing of ours is taken any more. */
  readonly onFenced?: () => void
}

/**
 * The log of facts. `append` returns at once: the fact is on local disk and in memory, and one writer brings it to
 * PostgreSQL in order. A slow or missing database therefore stops no call.
 */
export class EventLog {
  readonly #options: EventLogOptions
  readonly #recorded: ((event: HotlineEvent) => void)[] = []
  readonly #committed: ((events: readonly CommittedEvent[]) => void)[] = []
  readonly #pace = new Pace(pace)
  #pending: HotlineEvent[]
  #writing = false
  #closing = false
  #complained = false
  #idle: (() => void)[] = []

  constructor(options: EventLogOptions) {
    this.#options = options
    this.#pending = [...options.left]
    this.#kick()
  }

  /** Records a fact. `time` defaults to now; facts of a leg carry the time at which the switch told of it. */
  append<T extends EventType>(type: T, data: EventData<T>, time = this.#options.clock.now()): HotlineEvent {
    const subject = subjectOf(type, data as Record<string, unknown>)
    const event = { id: newId(), type, subject, time, data } as unknown as HotlineEvent
    this.#options.journal.write(event)
    this.#pending.push(event)
    for (const listener of this.#recorded) listener(event)
    this.#kick()
    if (this.#pending.length >= worthACommit) this.#pace.hurry()
    return event
  }

  /** Hears every fact at once, from memory, before it is committed. For what must be quick. */
  onRecorded(listener: (event: HotlineEvent) => void): void {
    this.#recorded.push(listener)
  }

  /** Hears every fact after its commit, in the order of the log. For what must not be lost. */
  onCommitted(listener: (events: readonly CommittedEvent[]) => void): void {
    this.#committed.push(listener)
  }

  /** Facts not in the database yet. */
  get backlog(): number {
    return this.#pending.length
  }

  /** Reads on from a sequence, oldest first; of one subject also what is about to be committed. */
  async read(options: { after: number; limit: number; subject?: string }): Promise<CommittedEvent[]> {
    if (options.subject !== undefined) await this.flush(dueWithin)
    return readEvents(this.#options.db, options)
  }

  /** What is on record of a call, oldest first: its own facts, and those of the agents whose phones it rang. */
  async timeline(callId: string): Promise<CommittedEvent[]> {
    await this.flush(dueWithin)
    return readTimeline(this.#options.db, callId)
  }

  /** Whether it tells of that already. */
  async has({ type, subject }: { type: EventType; subject: string }): Promise<boolean> {
    if (this.#pending.some((event) => event.type === type && event.subject === subject)) return true
    const row = await this.#options.db
      .selectFrom('events')
      .select('sequence')
      .where('subject', '=', subject)
      .where('type', '=', type)
      .executeTakeFirst()
    return row !== undefined
  }

  /** Resolves when everything appended so far is committed, or after `withinMs`; says whether it is. */
  async flush(withinMs: number): Promise<boolean> {
    if (this.#pending.length === 0) return true
    this.#pace.hurry()
    const idle = new Promise<void>((resolve) => this.#idle.push(resolve))
    await within(this.#options.clock, idle, withinMs)
    return this.#pending.length === 0
  }

  /** Writes what is left, up to `withinMs`; the rest stays in the journal for the next start. */
  async close(withinMs = 3000): Promise<void> {
    const empty = await this.flush(withinMs)
    this.#closing = true
    this.#pace.hurry()
    this.#options.journal.close({ empty })
  }

  #kick(): void {
    if (this.#writing || this.#pending.length === 0) return
    this.#writing = true
    // Facts of the same moment go together.
    setImmediate(() => void this.#write())
  }

  async #write(): Promise<void> {
    while (this.#pending.length > 0 && !this.#closing) {
      if (this.#idle.length === 0 && this.#pending.length < worthACommit) await this.#pace.turn()
      if (this.#closing) break
      const batch = this.#pending.slice(0, batchSize)
      try {
        const committed = await this.#insert(batch)
        this.#pending = this.#pending.slice(batch.length)
        this.#complained = false
        for (const listener of this.#committed) listener(committed)
        // Closed meanwhile, it keeps what it has: the next start finds that it is written already.
        this.#options.journal.committed({ all: this.#pending.length === 0 && !this.#closing })
      } catch (error) {
        this.#complain(error)
        await new Promise<void>((resolve) => this.#options.clock.after(retryEvery, resolve))
      }
    }
    this.#writing = false
    for (const resolve of this.#idle.splice(0)) resolve()
  }

  async #insert(batch: readonly HotlineEvent[]): Promise<CommittedEvent[]> {
    const { db } = this.#options
    const epoch = this.#options.epoch?.() ?? null
    const { holder = null } = this.#options
    const sequences = await insertBatch(db, batch, { epoch, holder })
    if (sequences) return inOrder(batch, sequences)
    await this.#refuseIfFenced({ epoch, holder })
    // A batch whose commit was not heard of was sent again: what is there already is found, not written twice.
    return inOrder(batch, await sequencesOf(db, batch))
  }

  /** What a process thinks that was frozen while another took over is no fact (src/db/lease.ts). */
  async #refuseIfFenced({ epoch, holder }: Writer): Promise<void> {
    if (epoch === null) return
    const { rows } = await sql<{ epoch: number | null }>`
      select epoch_of_another('hotline', ${holder}) as epoch`.execute(this.#options.db)
    if ((rows[0]?.epoch ?? 0) <= epoch) return
    this.#options.onFenced?.()
    throw new Error('another hotline process writes the log now')
  }

  #complain(error: unknown): void {
    if (this.#complained) return
    this.#complained = true
    this.#options.logger.warn(
      { reason: messageOf(error) },
      'facts cannot be written to the database: kept on disk, trying again',
    )
  }
}

function inOrder(batch: readonly HotlineEvent[], sequences: readonly number[]): CommittedEvent[] {
  return batch
    .map((event, place) => ({ ...event, sequence: sequences[place] ?? 0 }) as CommittedEvent)
    .sort((a, b) => a.sequence - b.sequence)
}
