import { type Clock, NewestMap } from '../kernel/index.ts'
import { LoginRefused, TooManyLogins } from './errors.ts'
import { LeakyCount } from './leaky-count.ts'

/** Who tries to log in, and from where. */
export interface LoginAttempt {
  readonly username: string
  readonly address: string
}

const minute = 60_000
/** One address guessing one name: five, then one a minute. */
const ofPair = { most: 5, onePer: minute }
/** One address with whatever names: as many as a room of agents mistypes in a morning, then five a minute. */
const ofAddress = { most: 50, onePer: minute / 5 }
/** One name from whatever addresses. Where its owner has logged in before, this does not count: nobody locks others out. */
const ofName = { most: 30, onePer: 2 * minute }
/** Passwords checked at one time for one address: each takes 32 MB, and those that wait see what became of the earlier ones. */
const atOneTime = 4
const waitingAtMost = 500
/** Names and addresses remembered; the oldest are forgotten first. */
const remembered = 50_000

/**
 * Slows down the guessing of passwords: per name and address, per address, and per name. Counts live in memory and leak
 * away with time, so that a lock opens by itself (OWASP, Authentication Cheat Sheet, account lockout).
 */
export class LoginGuard {
  readonly #pairs: LeakyCount
  readonly #addresses: LeakyCount
  readonly #names: LeakyCount
  /** Who logged in, and from where. */
  readonly #homes = new NewestMap<string, true>({ most: remembered })
  readonly #lanes = new Map<string, { running: number; waiting: (() => void)[] }>()

  constructor({ clock }: { clock: Clock }) {
    this.#pairs = new LeakyCount({ ...ofPair, clock, remembered })
    this.#addresses = new LeakyCount({ ...ofAddress, clock, remembered })
    this.#names = new LeakyCount({ ...ofName, clock, remembered })
  }

  /** Runs `login`; one that throws {@link LoginRefused} counts. Throws {@link TooManyLogins} instead of running it. */
  async run<T>(attempt: LoginAttempt, login: () => Promise<T>): Promise<T> {
    await this.#enter(attempt.address)
    try {
      this.#refuseGuessing(attempt)
      return await this.#counted(attempt, login)
    } finally {
      this.#leave(attempt.address)
    }
  }

  #refuseGuessing(attempt: LoginAttempt): void {
    const waitMs = Math.max(
      this.#pairs.waitMs(pairOf(attempt)),
      this.#addresses.waitMs(attempt.address),
      this.#homes.has(pairOf(attempt)) ? 0 : this.#names.waitMs(attempt.username),
    )
    if (waitMs > 0) throw new TooManyLogins(Math.ceil(waitMs / 1000))
  }

  async #counted<T>(attempt: LoginAttempt, login: () => Promise<T>): Promise<T> {
    // Counted before it is known: guesses sent all at once must not all be let through.
    const pair = pairOf(attempt)
    this.#pairs.add(pair)
    try {
      const result = await login()
      this.#pairs.forget(pair)
      this.#homes.set(pair, true)
      return result
    } catch (error) {
      if (error instanceof LoginRefused) {
        this.#addresses.add(attempt.address)
        this.#names.add(attempt.username)
      } else this.#pairs.forget(pair)
      throw error
    }
  }

  async #enter(address: string): Promise<void> {
    const lane = this.#lanes.get(address) ?? { running: 0, waiting: [] }
    this.#lanes.set(address, lane)
    if (lane.running < atOneTime) {
      lane.running += 1
      return
    }
    if (lane.waiting.length >= waitingAtMost) throw new TooManyLogins(1)
    // Whoever leaves hands the place on, so `running` stays as it is.
    await new Promise<void>((resolve) => lane.waiting.push(resolve))
  }

  #leave(address: string): void {
    const lane = this.#lanes.get(address)
    if (!lane) return
    const next = lane.waiting.shift()
    if (next) return next()
    lane.running -= 1
    if (lane.running === 0) this.#lanes.delete(address)
  }
}

function pairOf({ username, address }: LoginAttempt): string {
  return `${address} ${username}`
}
