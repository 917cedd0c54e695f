import type { Clock } from '../kernel/index.ts'
import type { EndedSessionStore } from './ended-session-store.ts'
import type { EndedSession, EndedSessions, UserSession } from './ended-sessions.ts'

export interface SessionEndOptions {
  readonly ended: EndedSessions
  readonly store: EndedSessionStore
  readonly clock: Clock
  /** How long a token holds by itself. */
  readonly sessionLastsMs: number
}

/**
 * Logging out: the token is refused from then on, by this process at once and by every later one. The phone that was opened in the
 * session ends with it.
 */
export class SessionEnd {
  readonly #options: SessionEndOptions

  constructor(options: SessionEndOptions) {
    this.#options = options
  }

  /** What processes before this one ended; before the first request is answered. */
  async load(): Promise<void> {
    const { ended, store } = this.#options
    ended.add(...(await store.load()))
  }

  all(): EndedSession[] {
    const { ended, clock } = this.#options
    ended.forget(clock.now())
    return ended.all()
  }

  /** When a session is over by itself, milliseconds since the epoch. */
  expiryOf({ openedAt }: { readonly openedAt: number }): number {
    return openedAt + this.#options.sessionLastsMs
  }

  isOver(session: UserSession): boolean {
    return this.#options.ended.isOver(session)
  }

  /** Rejects when it could not be kept: this process refuses the token all the same, a later one would not. */
  async end({ username, session }: UserSession): Promise<void> {
    if (session) await this.#keep(username, session.id)
  }

  /** Ends all sessions of a user, wherever they were opened. */
  async endAll(username: string): Promise<void> {
    await this.#keep(username, null)
  }

  async #keep(username: string, sessionId: string | null): Promise<void> {
    const { ended, store, clock, sessionLastsMs } = this.#options
    const endedAt = clock.now()
    const end = { username, sessionId, endedAt, expiresAt: endedAt + sessionLastsMs }
    ended.forget(endedAt)
    ended.add(end)
    await store.save(end)
  }
}
