import type Srf from 'drachtio-srf'
import type { SrfRequest, SrfResponse } from 'drachtio-srf'
import { type Cancel, type Clock, type Logger, messageOf, within } from '../src/kernel/index.ts'
import type { MessageLamps } from './message-lamps.ts'
import { messageSummary, summaryHeaders } from './message-summary.ts'
import { userOf } from './user-of.ts'

/** Seconds a subscription may last (RFC 3842 section 3.4 suggests hours; a phone asks again long before the end). */
const expiry = { default: 3600, longest: 3600, shortest: 60 } as const

/** Milliseconds phones have to take the last word. */
const lastWordWithin = 1000

export interface MessageSubscriptionsOptions {
  readonly srf: Srf
  readonly lamps: MessageLamps
  /** Who sends a request, by digest; undefined when it was answered with a challenge or a refusal. */
  readonly authenticate: (request: SrfRequest, response: SrfResponse) => Promise<string | undefined>
  readonly realm: string
  readonly clock: Clock
  readonly logger: Logger
}

/** What is used of drachtio-srf's dialog; its own declarations know INVITE alone. */
interface SubscribeDialog {
  on(event: 'subscribe' | 'unsubscribe', listener: (request: SrfRequest, response: SrfResponse) => void): void
  request(options: { method: 'NOTIFY'; headers: Record<string, string>; body: string }): Promise<{ status: number }>
}

interface Subscription {
  readonly username: string
  readonly dialog: SubscribeDialog
  /** When it ends, milliseconds since the epoch. */
  expiresAt: number
  told: string
  cancelExpiry: Cancel
}

/** The message lamps of the phones: SUBSCRIBE and NOTIFY of the package message-summary (RFC 3842, RFC 6665). */
export class MessageSubscriptions {
  readonly #options: MessageSubscriptionsOptions
  readonly #subscriptions = new Set<Subscription>()

  constructor(options: MessageSubscriptionsOptions) {
    this.#options = options
    options.lamps.onRead(() => this.#tellAll())
  }

  handle(request: SrfRequest, response: SrfResponse): void {
    this.#subscribe(request, response).catch((error: unknown) => {
      this.#options.logger.warn({ reason: messageOf(error) }, 'SUBSCRIBE failed')
      if (!response.finalResponseSent) response.send(500)
    })
  }

  /** Whether a phone of that name is told here. */
  has(username: string): boolean {
    return [...this.#subscriptions].some((subscription) => subscription.username === username)
  }

  /**
   * The edge ends and its subscriptions with it. The phones are told so, that they subscribe anew: `deactivated` is the
   * reason that asks for it at once (RFC 6665 section 4.1.3).
   */
  async close(): Promise<void> {
    const { clock } = this.#options
    const ending = [...this.#subscriptions]
    for (const subscription of ending) this.#forget(subscription)
    const told = Promise.all(ending.map((subscription) => this.#notify(subscription, 'terminated;reason=deactivated')))
    await within(clock, told, lastWordWithin)
  }

  async #subscribe(request: SrfRequest, response: SrfResponse): Promise<void> {
    const { srf, authenticate } = this.#options
    if (!/^message-summary\s*(;|$)/i.test(request.get('event') ?? '')) {
      return response.send(489, { headers: { 'Allow-Events': 'message-summary' } })
    }
    const username = await authenticate(request, response)
    if (username === undefined) return
    if (userOf(request.get('to')) !== username) return response.send(403, 'Messages Of Another', {})
    const seconds = secondsOf(request)
    if (seconds === undefined) return response.send(423, { headers: { 'Min-Expires': String(expiry.shortest) } })
    const headers = { Expires: String(seconds) }
    const made: unknown = await srf.createUAS(request, response, { localSdp: '', headers })
    const dialog = made as SubscribeDialog
    this.#begin({ username, dialog, expiresAt: 0, told: '', cancelExpiry: () => {} }, seconds)
  }

  #begin(subscription: Subscription, seconds: number): void {
    const { dialog } = subscription
    this.#subscriptions.add(subscription)
    dialog.on('subscribe', (request, response) => {
      const asked = secondsOf(request)
      if (asked === undefined) return response.send(423, { headers: { 'Min-Expires': String(expiry.shortest) } })
      response.send(202, { headers: { Expires: String(asked) } })
      this.#renew(subscription, asked)
    })
    dialog.on('unsubscribe', () => this.#renew(subscription, 0))
    this.#renew(subscription, seconds)
  }

  /** Every SUBSCRIBE is followed by a NOTIFY (RFC 6665 section 4.2.1.2); 0 seconds is the last one. */
  #renew(subscription: Subscription, seconds: number): void {
    const { clock } = this.#options
    subscription.cancelExpiry()
    subscription.expiresAt = clock.now() + seconds * 1000
    if (seconds === 0) return this.#end(subscription)
    subscription.cancelExpiry = clock.after(seconds * 1000, () => this.#end(subscription))
    this.#tell(subscription)
  }

  #end(subscription: Subscription): void {
    subscription.cancelExpiry()
    if (!this.#subscriptions.delete(subscription)) return
    void this.#notify(subscription, 'terminated;reason=timeout')
  }

  #tellAll(): void {
    for (const subscription of this.#subscriptions) {
      if (this.#summaryFor(subscription) !== subscription.told) this.#tell(subscription)
    }
  }

  #tell(subscription: Subscription): void {
    const left = Math.max(1, Math.round((subscription.expiresAt - this.#options.clock.now()) / 1000))
    void this.#notify(subscription, `active;expires=${left}`)
  }

  #notify(subscription: Subscription, state: string): Promise<void> {
    const { dialog, username } = subscription
    subscription.told = this.#summaryFor(subscription)
    return dialog
      .request({ method: 'NOTIFY', headers: summaryHeaders(state), body: subscription.told })
      .then(({ status }) => {
        // A phone that knows nothing of it any more is not told again (RFC 6665 section 4.2.2).
        if (status >= 300 && status !== 401) this.#forget(subscription)
      })
      .catch((error: unknown) => {
        this.#options.logger.info({ username, reason: messageOf(error) }, 'a phone cannot be told of its messages')
        this.#forget(subscription)
      })
  }

  #forget(subscription: Subscription): void {
    subscription.cancelExpiry()
    this.#subscriptions.delete(subscription)
  }

  #summaryFor({ username }: Subscription): string {
    return messageSummary(this.#options.lamps.of(username), `sip:${username}@${this.#options.realm}`)
  }
}

/** Undefined when it is too brief; 0 ends a subscription, or only asks once. */
function secondsOf(request: SrfRequest): number | undefined {
  const asked = Number(request.get('expires') ?? expiry.default)
  if (!Number.isInteger(asked) || asked < 0) return expiry.default
  if (asked > 0 && asked < expiry.shortest) return undefined
  return Math.min(asked, expiry.longest)
}
