import { type Cancel, type Clock, type Logger, messageOf } from '../../kernel/index.ts'
import { type EndedSession, EndedSessions } from '../../users/ended-sessions.ts'

/** Milliseconds between questions, and for the answer: so long a token of an ended session is still good here. */
const [askEvery, answerWithin] = [2000, 5000]

export interface EndedSessionListOptions {
  readonly hotlineUrl: string
  readonly token: string
  readonly clock: Clock
  readonly logger: Logger
}

/** Sessions are ended at the hotline, and their tokens are good here too: it is asked which are over. */
export class EndedSessionList {
  readonly ended = new EndedSessions()
  readonly #options: EndedSessionListOptions
  #cancel: Cancel = () => {}
  #closed = false
  #complained = false

  constructor(options: EndedSessionListOptions) {
    this.#options = options
  }

  /** Never rejects: with the hotline away nobody logs out, and what was known stays. */
  async start(): Promise<void> {
    const { clock, logger } = this.#options
    try {
      this.ended.forget(clock.now())
      this.ended.add(...(await this.#ask()))
      this.#complained = false
    } catch (error) {
      if (!this.#complained)
        logger.info({ reason: messageOf(error) }, 'the hotline does not say which sessions are over')
      this.#complained = true
    }
    if (!this.#closed) this.#cancel = clock.after(askEvery, () => void this.start())
  }

  stop(): void {
    this.#closed = true
    this.#cancel()
  }

  async #ask(): Promise<EndedSession[]> {
    const { hotlineUrl, token } = this.#options
    const response = await fetch(`${hotlineUrl}/api/v1/sessions/ended`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(answerWithin),
    })
    if (!response.ok) throw new Error(`HTTP ${response.status}`)
    return (await response.json()) as EndedSession[]
  }
}
