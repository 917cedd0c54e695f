/** A session that was ended before its time, or all sessions of a user until a moment. */
export interface EndedSession {
  readonly username: string
  /** Null: all that were opened until `endedAt`. */
  readonly sessionId: string | null
  /** Milliseconds since the epoch; from `expiresAt` on no token of the session is good anyway. */
  readonly endedAt: number
  readonly expiresAt: number
}

/** A user's session as its token tells it; a token of a program has none. */
export interface UserSession {
  readonly username: string
  readonly session?: { readonly id: string; readonly openedAt: number }
}

/** A token says by itself that it is good. These are those that are not any more, in memory, so that no request waits for a database. */
export class EndedSessions {
  readonly #bySession = new Map<string, EndedSession>()
  readonly #byUser = new Map<string, EndedSession>()
  readonly #listeners = new Set<() => void>()

  all(): EndedSession[] {
    return [...this.#bySession.values(), ...this.#byUser.values()]
  }

  add(...ended: readonly EndedSession[]): void {
    for (const each of ended) {
      if (each.sessionId !== null) this.#bySession.set(each.sessionId, each)
      else if (each.endedAt > (this.#byUser.get(each.username)?.endedAt ?? 0)) this.#byUser.set(each.username, each)
    }
    for (const listener of this.#listeners) listener()
  }

  /** Forgets what has expired at that moment. */
  forget(now: number): void {
    for (const known of [this.#bySession, this.#byUser]) {
      for (const [key, { expiresAt }] of known) if (expiresAt <= now) known.delete(key)
    }
  }

  isOver({ username, session }: UserSession): boolean {
    if (!session) return false
    return this.#bySession.has(session.id) || session.openedAt <= (this.#byUser.get(username)?.endedAt ?? 0)
  }

  /** Called after every end. Returns what ends that. */
  onEnded(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
