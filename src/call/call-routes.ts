import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import type { CallbackBook } from '../callback/index.ts'
import { type EventLog, toCloudEvent } from '../events/index.ts'
import { nullable } from '../kernel/index.ts'
import type { Recorder } from '../recording/index.ts'
import type { Call } from './call.ts'
import type { CallSupervisor } from './call-supervisor.ts'
import { callbackWishOf } from './callback-wish.ts'
import { NoNumber, UnknownCall } from './errors.ts'
import { callParams, ownFlow } from './own-flow.ts'

const callView = Type.Object({
  callId: Type.String(),
  direction: Type.Enum(['inbound', 'outbound']),
  state: Type.String({
    description: 'arriving, menu, queued, ringing, connecting or talking; of a call out first placing, then reaching',
  }),
  line: Type.String(),
  callerNumber: Type.String(),
  language: Type.String(),
  menuPath: Type.Array(Type.String()),
  offeredAt: Type.String({ format: 'date-time' }),
  queue: nullable(Type.String()),
  queuedAt: nullable(Type.String({ format: 'date-time' })),
  agentId: nullable(Type.String()),
  emergency: nullable(Type.String({ description: 'the emergency service it was brought to' })),
})

/** Calls in progress, the timeline of any call, and its release. */
export function callRoutes({
  supervisor,
  log,
  source,
  callbacks,
  recorder,
}: {
  supervisor: CallSupervisor
  log: EventLog
  source: string
  callbacks: CallbackBook
  recorder: Recorder
}): FastifyPluginAsyncTypebox {
  return async (app) => {
    const people = { roles: ['agent', 'supervisor', 'admin'] } as const

    for (const [path, command, summary] of [
      ['pause', 'pause', 'Record silence while an identity number is spoken'],
      ['resume', 'resume', 'Record what is said again'],
    ] as const) {
      app.post(
        `/calls/:callId/recording/${path}`,
        {
          config: people,
          schema: {
            tags: ['calls'],
            summary,
            params: callParams,
            response: { 200: Type.Object({ callId: Type.String(), paused: Type.Boolean() }) },
          },
        },
        async ({ params: { callId }, principal }) => {
          ownFlow(supervisor, callId, principal)
          await recorder[command](callId, principal.username)
          return { callId, paused: path === 'pause' }
        },
      )
    }

    app.post(
      '/calls/:callId/callback',
      {
        config: people,
        schema: {
          tags: ['calls'],
          summary: "Open a callback task for the call's citizen, as after a branch that could not be had",
          params: callParams,
          response: { 201: Type.Object({ callbackId: Type.String() }) },
        },
      },
      async ({ params, principal }, reply) => {
        const { call } = ownFlow(supervisor, params.callId, principal)
        const wish = callbackWishOf(call)
        if (!wish) throw new NoNumber(`the caller of ${params.callId} shows no number`)
        const { callbackId } = callbacks.openFor(wish, principal.username)
        return reply.code(201).send({ callbackId })
      },
    )

    app.get(
      '/calls',
      {
        config: { roles: ['supervisor', 'admin', 'service'] },
        schema: { tags: ['calls'], summary: 'Calls in progress', response: { 200: Type.Array(callView) } },
      },
      async () => supervisor.calls().map(view),
    )

    app.get(
      '/calls/:callId/events',
      {
        config: { roles: ['supervisor', 'admin', 'service'] },
        schema: {
          tags: ['calls'],
          summary: 'The timeline of a call: its facts, and those of the agents whose phones it rang, as CloudEvents',
          params: callParams,
        },
      },
      async ({ params }) => {
        const events = await log.timeline(params.callId)
        if (events.length === 0) throw new UnknownCall(`no call ${params.callId} in the log`)
        return events.map((event) => toCloudEvent(event, source))
      },
    )

    app.post(
      '/calls/:callId/release',
      {
        config: { roles: ['agent', 'supervisor', 'admin'] },
        schema: {
          tags: ['calls'],
          summary: 'Hang up: an agent the own call, a supervisor any',
          params: callParams,
          response: { 202: Type.Object({ callId: Type.String() }) },
        },
      },
      async ({ params, principal }, reply) => {
        const flow = ownFlow(supervisor, params.callId, principal)
        const own = principal.agentId !== null && flow.call.partner?.agentId === principal.agentId
        flow.release(own ? 'agent' : 'system', 'NORMAL_CLEARING', `released by ${principal.username}`)
        return reply.code(202).send({ callId: params.callId })
      },
    )
  }
}

function view(call: Call) {
  const { callId, direction, state, need, partner, language, menuPath } = call
  return {
    callId,
    direction,
    state,
    line: call.identity.line,
    callerNumber: call.identity.callerNumber,
    language,
    menuPath: [...menuPath],
    offeredAt: new Date(call.offeredAt).toISOString(),
    queue: need?.queue ?? null,
    queuedAt: need ? new Date(need.queuedAt).toISOString() : null,
    agentId: partner?.agentId ?? null,
    emergency: call.emergency,
  }
}
