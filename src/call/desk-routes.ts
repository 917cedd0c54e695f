import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { AgentRoster } from '../agent/index.ts'
import { type EventData, type EventLog, ticketIdOf } from '../events/index.ts'
import { nullable } from '../kernel/index.ts'
import type { Recorder } from '../recording/index.ts'
import type { CallFlow } from './call-flow.ts'
import type { CallSupervisor } from './call-supervisor.ts'
import { PhoneNotLost } from './errors.ts'
import { lastNotReached } from './not-reached.ts'

type Pop = EventData<'agent.ringing'>['pop']

export interface DeskRoutesOptions {
  readonly supervisor: CallSupervisor
  readonly roster: AgentRoster
  readonly recorder: Recorder
  readonly log: EventLog
  readonly listed: (callerNumber: string) => Pop['listed']
  readonly lastCalls: (callerNumber: string, callId: string) => Promise<Pop['lastCalls']>
  /** The newest committed sequence. */
  readonly sequence: () => number
}

const text = Type.String()
const instant = Type.String({ format: 'date-time' })
const deskUsers = { roles: ['agent', 'supervisor', 'admin'] } as const
/** More facts than a call ever had; what is beyond them is told by the feed alone. */
const factsAtMost = 2000

const deskCall = Type.Object({
  callId: text,
  role: Type.Enum(['own', 'consulted', 'listening'], {
    description:
      'own: the agent’s call; consulted: a colleague’s, who asks or hands over; listening: a colleague’s, as supervisor',
  }),
  partner: nullable(Type.String({ description: 'the agent whose call it is; null while nobody has answered' })),
  direction: Type.Enum(['inbound', 'outbound']),
  state: text,
  line: text,
  callerNumber: text,
  callerName: text,
  language: text,
  menuPath: Type.Array(text),
  queue: nullable(text),
  queuedAt: nullable(instant),
  answeredAt: nullable(instant),
  ticketId: text,
  talk: nullable(Type.String({ description: 'talking, held, consulting, consulted, conference, transferring, …' })),
  third: nullable(Type.String({ description: 'the third party: a branch’s number, or agent:<id>' })),
  recordingPaused: Type.Boolean(),
  phone: nullable(
    Type.Object({
      legId: text,
      lost: Type.Boolean({ description: 'gone with its page; POST /desk/phone rings it anew' }),
    }),
  ),
  listed: nullable(Type.Object({ vip: Type.Boolean(), grade: nullable(text), note: text })),
  lastCalls: Type.Array(
    Type.Object({ callId: text, offeredAt: text, queue: nullable(text), agentId: nullable(text), outcome: text }),
  ),
})

/**
 * What an agent's desk shows at this moment, so that one that is opened again in mid-call comes back to the call. With
 * `sequence` it goes on in the feed from here.
 */
export function deskRoutes(options: DeskRoutesOptions): FastifyPluginAsyncTypebox {
  const { supervisor, roster, log, sequence } = options
  const callOf = (agentId: string | null) => (agentId === null ? null : roster.get(agentId).context.callId)
  const flowOf = (agentId: string | null) => {
    const callId = callOf(agentId)
    return callId === null ? undefined : supervisor.flow(callId)
  }

  return async (app) => {
    app.get(
      '/desk',
      {
        config: deskUsers,
        schema: {
          tags: ['agents'],
          summary: 'The own call as it is now, and the place in the feed to go on from',
          response: { 200: Type.Object({ sequence: Type.Integer(), call: nullable(deskCall) }) },
        },
      },
      async ({ principal: { agentId } }) => {
        // Read first: what happens meanwhile comes by the feed once more rather than never.
        const at = sequence()
        const flow = flowOf(agentId)
        return { sequence: at, call: flow && agentId !== null ? await view(flow, agentId, options) : null }
      },
    )

    app.get(
      '/desk/not-reached',
      {
        config: deskUsers,
        schema: {
          tags: ['agents'],
          summary:
            'Whom the agent could not have last in the own call, so that a desk opened again offers what is next',
          response: {
            200: Type.Object({ notReached: nullable(Type.Object({ factId: text, target: text, outcome: text })) }),
          },
        },
      },
      async ({ principal: { agentId } }) => {
        const callId = callOf(agentId)
        if (agentId === null || callId === null) return { notReached: null }
        const facts = await log.read({ after: 0, limit: factsAtMost, subject: callId })
        return { notReached: lastNotReached(facts, agentId) }
      },
    )

    const own = ({ principal: { agentId } }: FastifyRequest) => {
      const flow = flowOf(agentId)
      if (!flow || flow.call.partner?.agentId !== agentId) throw new PhoneNotLost('you have no call now')
      return flow.phone
    }
    app.post(
      '/desk/phone',
      {
        config: deskUsers,
        schema: {
          tags: ['agents'],
          summary: 'Ring the phone in the own browser anew: its page was loaded again in mid-call',
          response: { 202: Type.Null() },
        },
      },
      async (request, reply) => {
        own(request).ring()
        return reply.code(202).send(null)
      },
    )
    app.delete(
      '/desk/phone/:legId',
      {
        config: deskUsers,
        schema: {
          tags: ['agents'],
          summary: 'Say that the page with the phone is going: the caller is kept until it is back',
          params: Type.Object({ legId: Type.String({ maxLength: 100 }) }),
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        own(request).left(request.params.legId)
        return reply.code(204).send(null)
      },
    )
  }
}

async function view(flow: CallFlow, agentId: string, { recorder, listed, lastCalls, roster }: DeskRoutesOptions) {
  const { call } = flow
  const { callId, direction, state, language, menuPath, need, answeredAt } = call
  const { line, callerNumber, callerName } = call.identity
  const talk = state === 'talking' ? flow.talk : undefined
  const { partner } = call
  const role = roleOf(partner?.agentId ?? agentId, agentId, roster)
  return {
    callId,
    role,
    partner: partner?.agentId ?? null,
    direction,
    state,
    line,
    callerNumber,
    callerName,
    language,
    menuPath: [...menuPath],
    queue: need?.queue ?? null,
    queuedAt: need ? new Date(need.queuedAt).toISOString() : null,
    answeredAt: answeredAt === undefined ? null : new Date(answeredAt).toISOString(),
    ticketId: ticketIdOf('call', callId),
    talk: talk?.state ?? null,
    third: talk?.thirdName ?? null,
    phone: talk && partner && role === 'own' ? { legId: partner.leg.legId, lost: flow.phone.away } : null,
    recordingPaused: recorder.isPaused(callId),
    listed: listed(callerNumber),
    lastCalls: await lastCalls(callerNumber, callId),
  }
}

function roleOf(partner: string, agentId: string, roster: AgentRoster): 'own' | 'consulted' | 'listening' {
  if (partner === agentId) return 'own'
  return roster.get(agentId).state === 'monitoring' ? 'listening' : 'consulted'
}
