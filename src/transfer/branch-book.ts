import type { Branch, BranchState } from './branch.ts'
import { BranchBusy, BranchClosed, UnknownTarget } from './errors.ts'

export interface BranchBookOptions {
  readonly branches: ReadonlyMap<string, Branch>
  /** The calendar's answer for this moment. */
  readonly hours: (calendarId: string) => {
    readonly open: boolean
    readonly reason: string
    readonly nextOpen: Date | null
  }
  /** Calls that ring or talk there now. */
  readonly callsTo: (number: string) => number
  /** Seats of the queue that could take a call now. */
  readonly freeSeats: (queue: string) => number
}

/** The branch with what is known of it at this moment. */
export interface BranchNow {
  readonly branch: Branch
  readonly state: BranchState
  /** For the desk: why it is closed or busy; empty while open. */
  readonly reason: string
  readonly opensAt: Date | null
  readonly calls: number
}

/** Which branches there are, and whether they can be called now: nobody is sent to a door that is known to be shut. */
export class BranchBook {
  readonly #options: BranchBookOptions

  constructor(options: BranchBookOptions) {
    this.#options = options
  }

  /** Every branch as it is now, in the order of the file. */
  now(): BranchNow[] {
    return [...this.#options.branches.values()].map((branch) => this.#look(branch))
  }

  has(number: string): boolean {
    return this.#options.branches.has(number)
  }

  /** Throws {@link UnknownTarget}. */
  find(number: string): BranchNow {
    const { branches } = this.#options
    const branch = branches.get(number)
    if (branch) return this.#look(branch)
    throw new UnknownTarget(`${number} is no branch of this city: ${[...branches.keys()].join(', ') || 'it has none'}`)
  }

  /** The branch, if it can be called now. Throws {@link UnknownTarget}, {@link BranchClosed} or {@link BranchBusy}. */
  admit(number: string): Branch {
    const { branch, state, reason, opensAt } = this.find(number)
    if (state === 'closed') throw new BranchClosed(`${number} ${branch.name}: ${reason}`, { opensAt })
    if (state === 'busy') throw new BranchBusy(`${number} ${branch.name}: ${reason}`)
    return branch
  }

  /** The queue that takes the calls of a branch's own number; undefined when the number is none of a branch with seats here. */
  queueOf(line: string): string | undefined {
    return this.#options.branches.get(line)?.queue ?? undefined
  }

  #look(branch: Branch): BranchNow {
    const { hours, callsTo, freeSeats } = this.#options
    const calls = callsTo(branch.number)
    const opening = branch.hours === null ? undefined : hours(branch.hours)
    const shut = { branch, calls, opensAt: null } as const
    if (opening && !opening.open) {
      return { ...shut, state: 'closed', reason: `closed: ${opening.reason}`, opensAt: opening.nextOpen }
    }
    if (branch.capacity !== null && calls >= branch.capacity) {
      return { ...shut, state: 'busy', reason: `all ${branch.capacity} lines to it are in use` }
    }
    if (branch.queue !== null && freeSeats(branch.queue) === 0) {
      return { ...shut, state: 'busy', reason: `no seat of ${branch.queue} is free` }
    }
    return { ...shut, state: 'open', reason: '' }
  }
}
