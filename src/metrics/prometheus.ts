import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { EventLog, HotlineEvent } from '../events/index.ts'
import { CallbackMeters } from './callback-meters.ts'
import type { LiveCallbacks } from './live-callbacks.ts'
import type { LiveFigures } from './live-figures.ts'
import { sumBy, waits } from './places.ts'

/** The hotline's figures in Prometheus' words. Counters begin at 0 with the process, as Prometheus expects. */
export class Prometheus {
  readonly #registry = new Registry()
  readonly #offered: Counter<'queue'>
  readonly #abandoned: Counter<'queue'>
  readonly #wait: Histogram<'queue'>
  readonly #offerFailures: Counter<'outcome'>
  readonly #voicemails: Counter<'queue'>
  readonly #voicemailFailures: Counter<'queue'>
  readonly #recordingFailures: Counter
  /** Calls whose recordings wait to be stored. */
  readonly #recordingsDelayed = new Set<string>()
  readonly #ratings: Counter<'queue' | 'rating'>
  readonly #callbacks: CallbackMeters
  readonly #queueOf = new Map<string, string>()

  constructor({ log, live, callbacks }: { log: EventLog; live: LiveFigures; callbacks: LiveCallbacks }) {
    const registers = [this.#registry]
    const labelNames = ['queue'] as const
    collectDefaultMetrics({ register: this.#registry, prefix: 'yihao_' })
    this.#offered = new Counter({
      name: 'yihao_calls_queued_total',
      help: 'Calls that entered a queue',
      labelNames,
      registers,
    })
    this.#abandoned = new Counter({
      name: 'yihao_calls_abandoned_total',
      help: 'Callers who gave up in a queue',
      labelNames,
      registers,
    })
    this.#wait = new Histogram({
      name: 'yihao_answer_wait_seconds',
      help: 'Wait of answered calls; bucket 15 divided by the count is the first answer rate',
      labelNames,
      buckets: [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600],
      registers,
    })
    this.#offerFailures = new Counter({
      name: 'yihao_agent_offers_failed_total',
      help: 'Offers to agents that ended without an answer',
      labelNames: ['outcome'],
      registers,
    })
    this.#voicemails = new Counter({
      name: 'yihao_voicemails_total',
      help: 'Messages that were left',
      labelNames,
      registers,
    })
    this.#voicemailFailures = new Counter({
      name: 'yihao_voicemails_failed_total',
      help: 'Messages that could not be recorded or stored',
      labelNames,
      registers,
    })
    this.#recordingFailures = new Counter({
      name: 'yihao_recordings_failed_total',
      help: 'Calls that are not recorded, or not whole',
      registers,
    })
    this.#ratings = new Counter({
      name: 'yihao_call_ratings_total',
      help: 'Ratings by callers, 1 to 5',
      labelNames: ['queue', 'rating'],
      registers,
    })
    this.#callbacks = new CallbackMeters({ registry: this.#registry, callbacks })
    this.#gauges(log, live)
    log.onRecorded((event) => {
      this.#take(event)
      this.#callbacks.take(event)
    })
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  text(): Promise<string> {
    return this.#registry.metrics()
  }

  #gauges(log: EventLog, live: LiveFigures): void {
    const registers = [this.#registry]
    const gauge = (name: string, help: string, label: string, values: () => Iterable<[string, number]>) =>
      new Gauge({
        name,
        help,
        labelNames: [label],
        registers,
        collect() {
          this.reset()
          for (const [value, amount] of values()) this.set({ [label]: value }, amount)
        },
      })
    const waitingByQueue = () => [...sumBy('queue', live.waiting(), waits)]
    gauge('yihao_waiting', 'Callers waiting now', 'queue', () =>
      waitingByQueue().map(([queue, { waiting }]) => [queue, waiting]),
    )
    gauge('yihao_longest_wait_seconds', 'Longest wait now', 'queue', () =>
      waitingByQueue().map(([queue, { longestWaitMs }]) => [queue, longestWaitMs / 1000]),
    )
    gauge('yihao_agents', 'Agents by state', 'state', () => Object.entries(live.agentsByState()))
    const delayed = this.#recordingsDelayed
    new Gauge({
      name: 'yihao_recordings_delayed',
      help: 'Recordings that wait in SPOOL_DIR because they cannot be stored',
      registers,
      collect() {
        this.set(delayed.size)
      },
    })
    new Gauge({
      name: 'yihao_event_backlog',
      help: 'Facts not in the database yet',
      registers,
      collect() {
        this.set(log.backlog)
      },
    })
  }

  #take(event: HotlineEvent): void {
    switch (event.type) {
      case 'call.queued':
        // A call that changes its queue, or waits again, was counted when it first waited.
        if (!this.#queueOf.has(event.data.callId)) this.#offered.inc({ queue: event.data.queue })
        this.#queueOf.set(event.data.callId, event.data.queue)
        return
      case 'call.answered':
        return this.#wait.observe({ queue: event.data.queue }, event.data.waitedMs / 1000)
      case 'call.abandoned':
        if (event.data.queue !== null) this.#abandoned.inc({ queue: event.data.queue })
        return
      case 'agent.offer-failed':
        return this.#offerFailures.inc({ outcome: event.data.outcome })
      case 'voicemail.left':
        return this.#voicemails.inc({ queue: event.data.queue })
      case 'voicemail.failed':
        return this.#voicemailFailures.inc({ queue: event.data.queue })
      case 'recording.failed':
        this.#recordingsDelayed.delete(event.data.callId)
        return this.#recordingFailures.inc()
      case 'recording.delayed':
        this.#recordingsDelayed.add(event.data.callId)
        return
      case 'recording.stored':
      case 'recording.omitted':
        this.#recordingsDelayed.delete(event.data.callId)
        return
      case 'call.rated':
        return this.#ratings.inc({ queue: event.data.queue, rating: String(event.data.rating) })
      case 'call.released':
        this.#queueOf.delete(event.data.callId)
    }
  }
}
