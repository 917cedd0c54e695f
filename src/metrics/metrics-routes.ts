import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { nullable } from '../kernel/index.ts'
import type { AgentFiguresStore } from './agent-figures-store.ts'
import type { BranchFiguresStore } from './branch-figures-store.ts'
import type { CallbackFiguresStore } from './callback-figures-store.ts'
import { add, noCounts, ratesOf, sharesOf } from './figures.ts'
import type { HistoryStore } from './history-store.ts'
import type { LiveCallbacks } from './live-callbacks.ts'
import type { LiveFigures } from './live-figures.ts'
import { sumBy, waits } from './places.ts'
import type { Prometheus } from './prometheus.ts'
import { intervalQuery, readSpan, spanOf, spanQuery } from './span-query.ts'

const everybody = { roles: ['agent', 'supervisor', 'admin', 'service'] } as const
const count = Type.Integer({ minimum: 0 })
const branchFigures = Type.Object({
  branch: Type.String(),
  wanted: count,
  reached: count,
  closed: count,
  busy: count,
  noAnswer: count,
  rejected: count,
  unreachable: count,
  advised: count,
})

const milliseconds = Type.Number({ minimum: 0 })
const callsOut = Type.Object({ placed: count, reached: count, talkedMs: milliseconds })
const agentFigures = Type.Object({
  agentId: Type.String(),
  answered: count,
  handled: count,
  talking: count,
  talkedMs: milliseconds,
  out: callsOut,
  missed: count,
  averageRating: nullable(Type.Number()),
  timesMs: Type.Object({
    loggedIn: milliseconds,
    ready: milliseconds,
    ringing: milliseconds,
    talking: milliseconds,
    held: milliseconds,
    wrapUp: milliseconds,
    monitoring: milliseconds,
    notReady: Type.Record(Type.String(), milliseconds, { description: 'by reason' }),
  }),
})

const callbackFigures = Type.Object({
  queue: nullable(Type.String({ description: 'null: the caller was in no queue' })),
  day: Type.String({ format: 'date' }),
  asked: count,
  missed: count,
  opened: count,
  missedCalls: count,
  kept: count,
  reached: count,
  failedAttempts: count,
  answered: count,
  failed: count,
  expired: count,
  cancelled: count,
  merged: count,
  stillOpen: count,
  medianSecondsToReach: nullable(Type.Number()),
})

/** Figures of the hotline: over history from the log, and of this moment from memory. */
export function metricsRoutes({
  history,
  branches,
  agents,
  callbacks,
  live,
  liveCallbacks,
  zone,
  shortAbandon,
}: {
  history: HistoryStore
  branches: BranchFiguresStore
  agents: AgentFiguresStore
  callbacks: CallbackFiguresStore
  live: LiveFigures
  liveCallbacks: LiveCallbacks
  /** IANA name of the time zone whose days are counted by. */
  zone: string
  /** Seconds before which a caller who gives up did not really wait, where a request does not say. */
  shortAbandon: number
}): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/metrics/intervals',
      {
        config: everybody,
        schema: {
          tags: ['metrics'],
          summary: 'Counts, six answer rates, ASA and calls out by queue, or by line, and interval',
          querystring: intervalQuery,
        },
      },
      async ({ query }) => {
        const { span, thresholds } = readSpan({ shortAbandon, ...query })
        const intervals =
          query.by === 'line'
            ? await history.lineIntervals(span, query.interval, thresholds)
            : await history.intervals(span, query.interval, thresholds)
        return intervals.map((counts) => ({ ...counts, ...ratesOf(counts) }))
      },
    )

    app.get(
      '/metrics/summary',
      {
        config: everybody,
        schema: {
          tags: ['metrics'],
          summary: 'The same for the whole span, all queues together',
          querystring: spanQuery,
        },
      },
      async ({ query }) => {
        const { span, thresholds } = readSpan({ shortAbandon, ...query })
        const counts = (await history.intervals(span, query.interval, thresholds)).reduce(add, noCounts)
        return { from: span.from.toISOString(), to: span.to.toISOString(), ...counts, ...ratesOf(counts) }
      },
    )

    app.get(
      '/metrics/branches',
      {
        config: everybody,
        schema: {
          tags: ['metrics'],
          summary: 'What came of the calls that were to go to branch hotlines, by branch',
          querystring: Type.Pick(spanQuery, ['from', 'to']),
          response: { 200: Type.Array(branchFigures) },
        },
      },
      async ({ query }) => branches.branches(spanOf(query)),
    )

    app.get(
      '/metrics/callbacks',
      {
        config: everybody,
        schema: {
          tags: ['metrics'],
          summary: 'What came of callbacks and missed calls, by the day and queue they were opened in',
          querystring: Type.Pick(spanQuery, ['from', 'to', 'queue']),
          response: { 200: Type.Array(callbackFigures) },
        },
      },
      async ({ query }) => callbacks.days({ ...spanOf(query), queue: query.queue }, zone),
    )

    app.get(
      '/metrics/agents',
      {
        config: everybody,
        schema: {
          tags: ['metrics'],
          summary: 'What each agent did; an agent sees the own figures',
          querystring: Type.Pick(spanQuery, ['from', 'to']),
          response: { 200: Type.Array(agentFigures) },
        },
      },
      async ({ query, principal }) => {
        // Somebody who is no agent has no figures of the own.
        const agentId = principal.role === 'agent' ? (principal.agentId ?? '') : null
        return agents.agents({ ...spanOf(query), agentId })
      },
    )

    app.get(
      '/metrics/ratings',
      {
        config: everybody,
        schema: {
          tags: ['metrics'],
          summary: 'Ratings by callers, by queue and agent',
          querystring: Type.Pick(spanQuery, ['from', 'to', 'queue']),
        },
      },
      async ({ query }) => {
        const ratings = await history.ratings({ ...spanOf(query), queue: query.queue })
        return ratings.map((counts) => ({ ...counts, ...sharesOf(counts) }))
      },
    )

    app.get(
      '/metrics/now',
      {
        config: everybody,
        schema: { tags: ['metrics'], summary: 'Waiting now by queue and by line, agents by state, open callbacks' },
      },
      async () => {
        const waiting = live.waiting()
        return {
          queues: [...sumBy('queue', waiting, waits)].map(([queue, now]) => ({ queue, ...now })),
          lines: [...sumBy('line', waiting, waits)].map(([line, now]) => ({ line, ...now })),
          agents: live.agentsByState(),
          callbacks: liveCallbacks.open(),
        }
      },
    )
  }
}

/** Prometheus' own page. It shows counts without persons and is meant for the monitoring network. */
export function prometheusRoutes({ prometheus }: { prometheus: Prometheus }): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get('/metrics', { config: { roles: 'public' }, schema: { hide: true } }, async (_request, reply) => {
      reply.type(prometheus.contentType)
      return prometheus.text()
    })
  }
}
