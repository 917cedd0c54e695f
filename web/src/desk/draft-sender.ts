import { ApiError, ticketApi } from '../api/request.ts'
import type { Matter, Ticket } from '../tickets/ticket-views.ts'
import { Kept, type TabStorage } from './kept.ts'
import { type MatterField, type Merged, mergeMatter, sameMatter } from './merge-matter.ts'

/** What was typed of a ticket's matter and is not saved yet. */
export interface Draft {
  readonly ticketId: string
  /** The revision it was typed on, and what the ticket said then. */
  readonly revision: number
  readonly base: Matter
  readonly matter: Matter
  /** Fields somebody else has changed too: nothing is sent before the agent says so. */
  readonly conflicts: readonly MatterField[]
}

/** Who shows what becomes of the drafts. */
export interface DraftReader {
  /** `matter` is what the form shows from now on: the ticket's, with what was typed since. */
  onSaved(ticket: Ticket, matter: Matter): void
  onConflict(ticket: Ticket, merged: Merged): void
  onFailed(ticketId: string, error: unknown): void
}

/** Milliseconds after the last key; and after a failure, growing up to the second. */
const afterTyping = 1000
const pauses = { first: 2000, most: 30_000 } as const

/**
 * Saves what was typed a moment after typing stopped, one draft after the other. Until the ticket service has it the tab keeps it, so that
 * neither a reload nor the next call nor a service that is away loses a word.
 */
export class DraftSender {
  readonly #kept: Kept<Draft>
  readonly #reader: DraftReader
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>()
  readonly #failures = new Map<string, number>()
  #last: Promise<unknown> = Promise.resolve()

  constructor({ reader, ...whose }: { agentId: string; storage: TabStorage; reader: DraftReader }) {
    this.#kept = new Kept({ what: 'draft', ...whose })
    this.#reader = reader
  }

  /** Goes on with what was kept before this page came. */
  resume(): void {
    for (const ticketId of this.#kept.ticketIds()) this.#plan(ticketId, afterTyping)
  }

  typed(draft: Omit<Draft, 'conflicts'>): void {
    const { ticketId, matter, base } = draft
    if (sameMatter(matter, base)) return this.#forget(ticketId)
    const conflicts = stillOpen(this.#kept.get(ticketId)?.conflicts, { mine: matter, theirs: base })
    this.#kept.put(ticketId, { ...draft, conflicts })
    this.#plan(ticketId, afterTyping)
  }

  /** What the form shows of a ticket that was read: what was typed and not saved yet stays in it. */
  meet(ticket: Ticket): Merged {
    const draft = this.#kept.get(ticket.ticketId)
    if (!draft) return { matter: ticket.matter, conflicts: [] }
    if (ticket.revision < draft.revision) return draft
    return this.#rebase(ticket, draft)
  }

  /** Saves what is kept of a ticket now; rejects when that fails. `overwriting`: also what somebody else has changed too. */
  send(ticketId: string, { overwriting = false } = {}): Promise<void> {
    clearTimeout(this.#timers.get(ticketId))
    if (overwriting) this.#settle(ticketId)
    const sent = this.#last.then(() => this.#send(ticketId))
    this.#last = sent.catch(() => undefined)
    return sent
  }

  /** Saves everything that may be saved, without a word of failure: it is tried again. */
  async flush(): Promise<void> {
    await Promise.allSettled(this.#kept.ticketIds().map((ticketId) => this.send(ticketId)))
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer)
  }

  async #send(ticketId: string): Promise<void> {
    const draft = this.#kept.get(ticketId)
    if (!draft || draft.conflicts.length > 0) return
    try {
      await this.#put(draft)
    } catch (error) {
      this.#failed(ticketId, error)
      throw error
    }
  }

  async #put(draft: Draft): Promise<void> {
    const { ticketId, revision, matter } = draft
    try {
      this.#saved(draft, await ticketApi.putAnyway<Ticket>(`/tickets/${ticketId}/matter`, { ...matter, revision }))
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 'ticket-changed')) throw error
      await this.#changedByOthers(ticketId)
    }
  }

  /** What was typed while it was on its way is sent next. */
  #saved(sent: Draft, ticket: Ticket): void {
    const { ticketId, matter: base } = sent
    this.#failures.delete(ticketId)
    const now = this.#kept.get(ticketId) ?? sent
    this.#reader.onSaved(ticket, this.#rebase(ticket, { ...now, base }).matter)
  }

  async #changedByOthers(ticketId: string): Promise<void> {
    const ticket = await ticketApi.get<Ticket>(`/tickets/${ticketId}`)
    const draft = this.#kept.get(ticketId)
    if (!draft) return
    const merged = this.#rebase(ticket, draft)
    const next = this.#kept.get(ticketId)
    if (!next) this.#reader.onSaved(ticket, merged.matter)
    else if (next.conflicts.length > 0) this.#reader.onConflict(ticket, merged)
    else await this.#put(next)
  }

  #rebase(ticket: Ticket, { base, matter: mine, conflicts }: Draft): Merged {
    const { ticketId, revision, matter: theirs } = ticket
    const now = mergeMatter({ base, mine, theirs })
    const merged = { ...now, conflicts: [...now.conflicts, ...stillOpen(conflicts, { mine, theirs })] }
    if (sameMatter(merged.matter, theirs)) this.#forget(ticketId)
    else {
      this.#kept.put(ticketId, { ticketId, revision, base: theirs, ...merged })
      this.#plan(ticketId, afterTyping)
    }
    return merged
  }

  #settle(ticketId: string): void {
    const draft = this.#kept.get(ticketId)
    if (draft) this.#kept.put(ticketId, { ...draft, conflicts: [] })
  }

  #failed(ticketId: string, error: unknown): void {
    const failures = (this.#failures.get(ticketId) ?? 0) + 1
    this.#failures.set(ticketId, failures)
    this.#plan(ticketId, Math.min(pauses.most, pauses.first * 2 ** (failures - 1)))
    this.#reader.onFailed(ticketId, error)
  }

  #plan(ticketId: string, inMs: number): void {
    clearTimeout(this.#timers.get(ticketId))
    // Whoever reads is told of a failure, and it is tried again.
    this.#timers.set(
      ticketId,
      setTimeout(() => void this.send(ticketId).catch(() => undefined), inMs),
    )
  }

  #forget(ticketId: string): void {
    clearTimeout(this.#timers.get(ticketId))
    this.#kept.forget(ticketId)
  }
}

/** Of the fields both changed, those that are still not the same. */
function stillOpen(fields: readonly MatterField[] = [], { mine, theirs }: Readonly<Record<'mine' | 'theirs', Matter>>) {
  return fields.filter((field) => mine[field] !== theirs[field])
}
