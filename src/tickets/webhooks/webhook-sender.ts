import { createHmac } from 'node:crypto'
import { type Cancel, type Clock, type Logger, messageOf } from '../../kernel/index.ts'
import type { StoredFact, Webhook, WebhookStore } from './webhook-store.ts'

export interface WebhookSenderOptions {
  readonly store: WebhookStore
  /** CloudEvents source. */
  readonly source: string
  /** Real time. */
  readonly clock: Clock
  readonly logger: Logger
}

/** Milliseconds: for an answer, between commit and plan, and the longest pause after failures. */
const answerWithin = 10_000
const planAfter = 200
const longestPause = 60 * 60 * 1000
const atOnce = 100

/**
 * Delivers facts to webhooks in order, at least once, signed as Standard Webhooks says (standardwebhooks.com, version 1): an
 * HMAC-SHA256 of `id.timestamp.body`. A delivery that fails is tried again after 1, 2, 4, … seconds, up to an hour, without end.
 */
export class WebhookSender {
  readonly #options: WebhookSenderOptions
  #cancelPlan: Cancel | undefined
  #stopped = false

  constructor(options: WebhookSenderOptions) {
    this.#options = options
  }

  /** Says that facts were committed. */
  wake(): void {
    if (this.#stopped || this.#cancelPlan) return
    this.#cancelPlan = this.#options.clock.after(planAfter, () => {
      this.#cancelPlan = undefined
      this.planAll({ resting: false }).catch((error: unknown) => {
        this.#options.logger.warn({ reason: messageOf(error) }, 'webhooks not planned, the next fact will')
      })
    })
  }

  /** Plans deliveries; `resting`: also of those that wait after a failure, as at a start. */
  async planAll({ resting }: { resting: boolean }): Promise<void> {
    const { store, clock } = this.#options
    const webhooks = (await store.all()).filter(({ failures }) => resting || failures === 0)
    for (const { webhookId } of webhooks) await store.plan(webhookId, new Date(clock.now()))
  }

  stop(): void {
    this.#stopped = true
    this.#cancelPlan?.()
  }

  /** Sends what a webhook is owed. Never throws for what the other side does. */
  async deliver(webhookId: string): Promise<void> {
    const { store, clock, logger } = this.#options
    for (;;) {
      const webhook = await store.find(webhookId)
      if (!webhook || this.#stopped) return
      const facts = await store.owed(webhook, atOnce)
      if (facts.length === 0) return
      const failure = await this.#sendAll(webhook, facts)
      if (failure === undefined) continue
      await store.fail(webhookId, failure)
      const pause = Math.min(longestPause, 1000 * 2 ** Math.min(webhook.failures, 20))
      logger.warn({ webhook: webhookId, reason: failure, pause }, 'webhook not delivered, trying again')
      await store.plan(webhookId, new Date(clock.now() + pause))
      return
    }
  }

  /** The reason why it broke off, if it did. */
  async #sendAll(webhook: Webhook, facts: readonly StoredFact[]): Promise<string | undefined> {
    for (const fact of facts) {
      const wanted = webhook.types.includes('*') || webhook.types.includes(fact.type)
      const failure = wanted ? await this.#send(webhook, fact) : undefined
      if (failure !== undefined) return failure
      if (wanted || fact === facts.at(-1)) await this.#options.store.advance(webhook.webhookId, fact)
    }
    return undefined
  }

  async #send({ url, secret }: Webhook, fact: StoredFact): Promise<string | undefined> {
    const body = JSON.stringify(this.#cloudEvent(fact))
    const timestamp = String(Math.floor(this.#options.clock.now() / 1000))
    try {
      const response = await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        signal: AbortSignal.timeout(answerWithin),
        headers: {
          'content-type': 'application/cloudevents+json',
          'webhook-id': fact.eventId,
          'webhook-timestamp': timestamp,
          'webhook-signature': signature({ id: fact.eventId, timestamp, body, secret }),
        },
        body,
      })
      await response.body?.cancel()
      return response.ok ? undefined : `answered ${response.status}`
    } catch (error) {
      return messageOf(error)
    }
  }

  #cloudEvent({ eventId, type, subject, time, data }: StoredFact) {
    const { source } = this.#options
    return {
      specversion: '1.0',
      id: eventId,
      source,
      type,
      subject,
      time: time.toISOString(),
      datacontenttype: 'application/json',
      data,
    }
  }
}

/** `v1,<base64>`: what a receiver computes from the secret it was given. */
export function signature({
  id,
  timestamp,
  body,
  secret,
}: {
  id: string
  timestamp: string
  body: string
  secret: string
}): string {
  return `v1,${createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64')}`
}
