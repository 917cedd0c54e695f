import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import type { CallbackBook } from '../callback/index.ts'
import { type EventLog, toCloudEvent } from '../events/index.ts'
import { promptFile } from '../ivr/index.ts'
import type { Recorder } from '../recording/index.ts'
import { type Branch, BranchBusy, BranchClosed } from '../transfer/index.ts'
import type { Call } from './call.ts'
import type { CallSupervisor } from './call-supervisor.ts'
import type { CallTarget, CallTargets } from './call-targets.ts'
import { callbackWishOf } from './callback-wish.ts'
import { CallOfAnother, NoNumber, UnknownCall } from './errors.ts'

const callParams = Type.Object({ callId: Type.String({ format: 'uuid' }) })
const nullable = (schema: Parameters<typeof Type.Union>[0][number]) => Type.Union([schema, Type.Null()])

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

const branchNumber = Type.String({ pattern: '^[0-9]{3,15}$' })
const targetBody = Type.Union([
  Type.Object({ branch: branchNumber }, { additionalProperties: false }),
  Type.Object({ agentId: Type.String({ pattern: '^[A-Za-z0-9_-]{1,32}$' }) }, { additionalProperties: false }),
])

/** Calls in progress, the timeline of any call, and its release. */
export function callRoutes({
  supervisor,
  log,
  source,
  targets,
  promptsDir,
  callbacks,
  recorder,
}: {
  supervisor: CallSupervisor
  log: EventLog
  source: string
  targets: CallTargets
  promptsDir: string
  callbacks: CallbackBook
  recorder: Recorder
}): FastifyPluginAsyncTypebox {
  /** The call, for whoever may command it: its agent, and supervisors. */
  const flowFor = (callId: string, principal: { role: string; agentId: string | null }) => {
    const flow = supervisor.flow(callId)
    if (!flow || flow.call.state === 'released') throw new UnknownCall(`no call ${callId} in progress`)
    const own = principal.agentId !== null && flow.call.partner?.agentId === principal.agentId
    if (principal.role === 'agent' && !own) throw new CallOfAnother(`call ${callId} is not yours`)
    return flow
  }

  return async (app) => {
    const people = { roles: ['agent', 'supervisor', 'admin'] } as const
    const accepted = { 202: Type.Object({ callId: Type.String(), talk: Type.String() }) }

    for (const [path, command, summary] of [
      ['hold', 'hold', 'Put the caller on hold, with music'],
      ['retrieve', 'retrieve', 'Take the caller back from hold'],
      ['return', 'giveBack', 'Let the third party go and take the caller back'],
      ['join', 'join', 'Three-way: caller, agent and third party'],
      ['complete', 'complete', 'Leave caller and third party alone'],
    ] as const) {
      app.post(
        `/calls/:callId/${path}`,
        { config: people, schema: { tags: ['calls'], summary, params: callParams, response: accepted } },
        async ({ params, principal }, reply) => {
          const { talk } = flowFor(params.callId, principal)
          await talk[command]()
          return reply.code(202).send({ callId: params.callId, talk: talk.state })
        },
      )
    }

    for (const [path, command, summary] of [
      ['consult', 'consult', 'Ring a branch or an agent; the caller hears music'],
      ['transfer', 'transfer', 'Give the caller to a branch or an agent; back to this agent when it does not answer'],
    ] as const) {
      app.post(
        `/calls/:callId/${path}`,
        {
          config: people,
          schema: { tags: ['calls'], summary, params: callParams, body: targetBody, response: accepted },
        },
        async ({ params, body, principal }, reply) => {
          const { talk, call } = flowFor(params.callId, principal)
          talk.check(command === 'consult' ? 'CONSULT' : 'TRANSFER')
          const target = claimed({ targets, log, call, wanted: body })
          try {
            await talk[command](target)
          } catch (error) {
            targets.unclaim(target, params.callId)
            throw error
          }
          return reply.code(202).send({ callId: params.callId, talk: talk.state })
        },
      )
    }

    app.post(
      '/calls/:callId/advice',
      {
        config: people,
        schema: {
          tags: ['calls'],
          summary: "Play a branch's advice to the caller: its own number, in the language of the call",
          params: callParams,
          body: Type.Object({ branch: branchNumber }, { additionalProperties: false }),
          response: accepted,
        },
      },
      async ({ params, body, principal }, reply) => {
        const flow = flowFor(params.callId, principal)
        const { talk } = flow
        const { branch } = targets.branches.find(body.branch)
        await talk.advise(branch.number, adviceFiles({ branch, language: flow.call.language, promptsDir }))
        return reply.code(202).send({ callId: params.callId, talk: talk.state })
      },
    )
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
          flowFor(callId, principal)
          await recorder[command](callId, principal.username)
          return { callId, paused: path === 'pause' }
        },
      )
    }

    app.post(
      '/calls/:callId/emergency',
      {
        config: people,
        schema: {
          tags: ['calls'],
          summary: 'Emergency key: brings 110, 119 or 120 to the citizen, as a third party or instead of the agent',
          params: callParams,
          body: Type.Object(
            { service: Type.Enum(['110', '119', '120', '122']), mode: Type.Enum(['three-way', 'hand-over']) },
            { additionalProperties: false },
          ),
          response: accepted,
        },
      },
      async ({ params, body, principal }, reply) => {
        const { talk, call } = flowFor(params.callId, principal)
        const { service, mode } = body
        await talk.emergency(targets.emergency(service, { mode, by: principal.username }))
        call.emergency = service
        return reply.code(202).send({ callId: params.callId, talk: talk.state })
      },
    )

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
        const { call } = flowFor(params.callId, principal)
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
        schema: { tags: ['calls'], summary: 'The timeline of a call: its facts as CloudEvents', params: callParams },
      },
      async ({ params }) => {
        const events = await log.read({ after: 0, limit: 1000, subject: params.callId })
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
        const flow = flowFor(params.callId, principal)
        const own = principal.agentId !== null && flow.call.partner?.agentId === principal.agentId
        flow.release(own ? 'agent' : 'system', 'NORMAL_CLEARING', `released by ${principal.username}`)
        return reply.code(202).send({ callId: params.callId })
      },
    )
  }
}

/** Claims the target for the agent; a branch that is known to be closed or full becomes a fact before it is refused. */
function claimed({
  targets,
  log,
  call,
  wanted,
}: {
  targets: CallTargets
  log: EventLog
  call: Call
  wanted: { branch: string } | { agentId: string }
}): CallTarget {
  try {
    return targets.claim(wanted, call.callId)
  } catch (error) {
    const agentId = call.partner?.agentId
    if (agentId && 'branch' in wanted && (error instanceof BranchClosed || error instanceof BranchBusy)) {
      const outcome = error instanceof BranchClosed ? 'closed' : 'busy'
      const fact = { callId: call.callId, agentId, target: wanted.branch, outcome, reason: error.message } as const
      log.append('call.branch-refused', fact)
    }
    throw error
  }
}

/** What the branch's entry names; without, the number is read out after a word that it is the department's own. */
function adviceFiles({
  branch,
  language,
  promptsDir,
}: {
  branch: Branch
  language: string
  promptsDir: string
}): string[] {
  const names =
    branch.advice === null ? ['branch-advice', ...[...branch.number].map((digit) => `n${digit}`)] : [branch.advice]
  return names.map((name) => promptFile({ promptsDir, prompt: { language, name } }))
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
