import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { AgentNotReady, actingAgent, OutsideCallHours } from '../callback/index.ts'
import type { EventLog } from '../events/index.ts'
import { nullable } from '../kernel/index.ts'
import { CallOfAnother, UnknownCall, UnknownOutcome } from './errors.ts'
import type { OutboundCalls } from './outbound-calls.ts'
import type { OutboundRecord, OutboundStore } from './outbound-store.ts'

export interface OutboundRoutesOptions {
  readonly outbound: OutboundCalls
  readonly store: OutboundStore
  readonly log: EventLog
  /** Whether citizens may be rung now. */
  readonly callHours: () => boolean
  /** Codes an agent may note after a call out. */
  readonly outcomes: readonly string[]
}

const tags = ['outbound calls']
const people = { roles: ['agent', 'supervisor', 'admin'] } as const
const strict = { additionalProperties: false }
const agentId = Type.String({ pattern: '^[A-Za-z0-9_-]{1,32}$' })

const wish = Type.Object(
  {
    number: Type.String({ pattern: '^\\+?[0-9]{3,20}$' }),
    purpose: Type.Enum(['call', 'return-visit', 'urgent'], {
      default: 'call',
      description: 'urgent is placed outside the call hours too, and is on record as such',
    }),
    reference: Type.Optional(
      Type.String({ minLength: 1, maxLength: 100, description: 'a ticket, for a return visit' }),
    ),
    line: Type.String({
      pattern: '^\\+?[0-9]{3,15}$',
      default: '12345',
      description: "ours, shown on the citizen's phone",
    }),
    queue: Type.Optional(Type.String({ pattern: '^[a-z0-9-]{1,50}$' })),
    language: Type.String({ pattern: '^[a-z]{2,8}$', default: 'cmn' }),
    agentId: Type.Optional(agentId),
  },
  strict,
)

const recordView = Type.Object({
  callId: Type.String(),
  placedAt: Type.String({ format: 'date-time' }),
  agentId: Type.String(),
  number: Type.String(),
  purpose: Type.String(),
  reference: nullable(Type.String()),
  result: Type.String({ description: 'placing, reached, busy, noAnswer, rejected, unreachable or givenUp' }),
  outcome: nullable(Type.String()),
  note: nullable(Type.String()),
})

/** Click-to-call and return visits: the agent's phone rings first, then the citizen's, who sees the hotline's number. */
export function outboundRoutes(options: OutboundRoutesOptions): FastifyPluginAsyncTypebox {
  const { outbound, store, log, callHours, outcomes } = options
  return async (app) => {
    app.post(
      '/outbound-calls',
      {
        config: people,
        schema: {
          tags,
          summary: 'Call a citizen: click-to-call or return visit; supervisors name the agent',
          body: wish,
          response: { 202: Type.Object({ callId: Type.String() }) },
        },
      },
      async (request, reply) => {
        const { reference = null, queue = null, ...rest } = request.body
        const who = actingAgent(request, request.body.agentId)
        if (rest.purpose !== 'urgent' && !callHours()) {
          throw new OutsideCallHours('citizens are not rung at this hour; purpose urgent is placed all the same')
        }
        const callId = outbound.place({ ...rest, agentId: who, reference, queue, onOutcome: () => {} })
        if (callId === undefined) throw new AgentNotReady(`agent ${who} is not ready`)
        return reply.code(202).send({ callId })
      },
    )

    app.get(
      '/outbound-calls',
      {
        config: people,
        schema: {
          tags,
          summary: 'Calls out, the latest first: agents see their own',
          querystring: Type.Object(
            { agentId: Type.Optional(agentId), limit: Type.Integer({ minimum: 1, maximum: 500, default: 50 }) },
            strict,
          ),
          response: { 200: Type.Array(recordView) },
        },
      },
      async ({ query, principal }) => {
        const own = principal.role === 'agent' ? (principal.agentId ?? '') : (query.agentId ?? null)
        return (await store.latest({ agentId: own, limit: query.limit })).map(view)
      },
    )

    app.post(
      '/outbound-calls/:callId/outcome',
      {
        config: people,
        schema: {
          tags,
          summary: 'Note what came of a call out, by code; the last note counts',
          params: Type.Object({ callId: Type.String({ format: 'uuid' }) }),
          body: Type.Object(
            { code: Type.String({ minLength: 1, maxLength: 50 }), note: Type.String({ maxLength: 1000, default: '' }) },
            strict,
          ),
          response: { 200: recordView },
        },
      },
      async ({ params: { callId }, body, principal }) => {
        const record = await store.find(callId)
        if (!record) throw new UnknownCall(`no call out ${callId}`)
        if (principal.role === 'agent' && record.agentId !== principal.agentId) {
          throw new CallOfAnother(`call ${callId} was not yours`)
        }
        if (!outcomes.includes(body.code)) {
          throw new UnknownOutcome(`${body.code} is no outcome of this city: ${outcomes.join(', ')}`)
        }
        const { code, note } = body
        log.append('call.outcome-noted', { callId, agentId: record.agentId, code, note, by: principal.username })
        return view({ ...record, outcome: code, note })
      },
    )
  }
}

function view({ placedAt, ...record }: OutboundRecord) {
  return { ...record, placedAt: placedAt.toISOString() }
}
