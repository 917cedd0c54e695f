import { Counter, Gauge, type Registry } from 'prom-client'
import type { HotlineEvent } from '../events/index.ts'
import type { LiveCallbacks } from './live-callbacks.ts'

/** Callbacks in Prometheus' words. One that belongs to no queue has an empty label. */
export class CallbackMeters {
  readonly #opened: Counter<'queue' | 'kind'>
  readonly #failures: Counter<'outcome'>
  readonly #closed: Counter<'outcome'>

  constructor({ registry, callbacks }: { registry: Registry; callbacks: LiveCallbacks }) {
    const registers = [registry]
    this.#opened = new Counter({
      name: 'yihao_callbacks_opened_total',
      help: 'Callbacks asked for, made of abandoned calls, or opened by a person',
      labelNames: ['queue', 'kind'],
      registers,
    })
    this.#failures = new Counter({
      name: 'yihao_callback_attempts_failed_total',
      help: 'Attempts to call back that reached nobody',
      labelNames: ['outcome'],
      registers,
    })
    this.#closed = new Counter({
      name: 'yihao_callbacks_closed_total',
      help: 'What became of callbacks',
      labelNames: ['outcome'],
      registers,
    })
    new Gauge({
      name: 'yihao_callbacks_open',
      help: 'Callbacks open now',
      labelNames: ['queue'],
      registers,
      collect() {
        this.reset()
        for (const { queue, open } of callbacks.open()) this.set({ queue: queue ?? '' }, open)
      },
    })
  }

  take({ type, data }: HotlineEvent): void {
    if (type === 'callback.opened') this.#opened.inc({ queue: data.queue ?? '', kind: data.kind })
    if (type === 'callback.failed') this.#failures.inc({ outcome: data.outcome })
    if (type === 'callback.closed') this.#closed.inc({ outcome: data.outcome })
  }
}
