import { type Cancel, type Clock, isBrowserPhone, type Logger, messageOf } from '../src/kernel/index.ts'
import type { Binding, Location } from './location.ts'
import type { LocationStore } from './location-store.ts'

/** Milliseconds between questions to a browser, and for its answer. */
const askEvery = 2000
/** Questions in a row without any answer after which a browser is gone: a busy machine is given time. */
const mayMiss = 3

/** A request outside any dialog; drachtio-srf's type declarations leave it out. */
export interface Asks {
  request(uri: string, options: { method: 'OPTIONS' }, sent: (error: unknown, question: Question) => void): void
}

interface Question {
  on(event: 'response', listener: (answer: { readonly status: number }) => void): void
}

export interface BrowserWatchOptions {
  readonly srf: Asks
  readonly location: Location
  readonly store: Pick<LocationStore, 'replace'>
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * A page that is closed says nothing, and drachtio-server tells nobody of a lost WebSocket: an agent's browser is asked by
 * OPTIONS whether it is there (RFC 3261 section 11). One whose connection is gone is unregistered at once, so that no call is offered to it.
 */
export class BrowserWatch {
  readonly #options: BrowserWatchOptions
  readonly #missed = new Map<string, number>()
  #cancel: Cancel = () => {}

  constructor(options: BrowserWatchOptions) {
    this.#options = options
  }

  start(): void {
    this.#cancel = this.#options.clock.after(askEvery, () => {
      for (const binding of this.#options.location.all()) if (isBrowserPhone(binding.username)) this.#ask(binding)
      this.start()
    })
  }

  close(): void {
    this.#cancel()
  }

  #ask(binding: Binding): void {
    const { srf, clock } = this.#options
    const { contact } = binding
    this.#missed.set(contact, (this.#missed.get(contact) ?? 0) + 1)
    const late = clock.after(askEvery - 100, () => {
      if ((this.#missed.get(contact) ?? 0) >= mayMiss) this.#forget(binding)
    })
    const heard = ({ status }: { readonly status: number }) => {
      late()
      // 503 is the SIP server's own: there is no connection. Whatever a browser says, it is there to say it.
      if (status === 503) this.#forget(binding)
      else this.#missed.delete(contact)
    }
    const unasked = (error: unknown) => {
      late()
      this.#missed.delete(contact)
      this.#options.logger.debug({ reason: messageOf(error) }, 'browser could not be asked')
    }
    try {
      // A callback and no promise: the answer of a closed connection is there in the same moment.
      srf.request(binding.route, { method: 'OPTIONS' }, (error, question) => {
        if (error) unasked(error)
        else question.on('response', heard)
      })
    } catch (error) {
      // drachtio-srf throws while the SIP server is away, for which no browser is to blame.
      unasked(error)
    }
  }

  #forget(asked: Binding): void {
    const { location, store, logger } = this.#options
    const { username, contact } = asked
    this.#missed.delete(contact)
    // One that registered again while it was asked is there, perhaps by another connection.
    if (!location.of(username).includes(asked)) return
    location.remove(username, contact)
    store.replace(username, location.of(username))
    logger.info({ username, contact }, 'browser gone, phone unregistered')
  }
}
