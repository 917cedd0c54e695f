import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import type { AgentRoster } from '../agent/index.ts'
import { type EventData, ticketIdOf } from '../events/index.ts'
import { nullable } from '../kernel/index.ts'
import type { Recorder } from '../recording/index.ts'
import type { CallFlow } from './call-flow.ts'
import type { CallSupervisor } from './call-supervisor.ts'

type Pop = EventData<'agent.ringing'>['pop']

export interface DeskRoutesOptions {
  readonly supervisor: CallSupervisor
  readonly roster: AgentRoster
  readonly recorder: Recorder
  readonly listed: (callerNumber: string) => Pop['listed']
  readonly lastCalls: (callerNumber: string, callId: string) => Promise<Pop['lastCalls']>
  /** The newest committed sequence. */
  readonly sequence: () => number
}

const text = Type.String()
const instant = Type.String({ format: 'date-time' })

const deskCall = Type.Object({
  callId: text,
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
  const { supervisor, roster, sequence } = options
  return async (app) => {
    app.get(
      '/desk',
      {
        config: { roles: ['agent', 'supervisor', 'admin'] },
        schema: {
          tags: ['agents'],
          summary: 'The own call as it is now, and the place in the feed to go on from',
          response: { 200: Type.Object({ sequence: Type.Integer(), call: nullable(deskCall) }) },
        },
      },
      async ({ principal: { agentId } }) => {
        // Read first: what happens meanwhile comes by the feed once more rather than never.
        const at = sequence()
        const callId = agentId === null ? null : roster.get(agentId).context.callId
        const flow = callId === null ? undefined : supervisor.flow(callId)
        return { sequence: at, call: flow ? await view(flow, options) : null }
      },
    )
  }
}

async function view(flow: CallFlow, { recorder, listed, lastCalls }: DeskRoutesOptions) {
  const { call } = flow
  const { callId, direction, state, language, menuPath, need, answeredAt } = call
  const { line, callerNumber, callerName } = call.identity
  const talk = state === 'talking' ? flow.talk : undefined
  return {
    callId,
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
    recordingPaused: recorder.isPaused(callId),
    listed: listed(callerNumber),
    lastCalls: await lastCalls(callerNumber, callId),
  }
}
