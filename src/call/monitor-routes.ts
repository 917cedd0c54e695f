import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import type { AgentRoster } from '../agent/index.ts'
import { nullable } from '../kernel/index.ts'
import { type Monitor, type MonitorRequest, SupervisorUnreachable } from '../monitor/index.ts'
import type { CallFlow } from './call-flow.ts'
import type { CallSupervisor } from './call-supervisor.ts'
import { UnknownCall } from './errors.ts'

const agentId = Type.String({ pattern: '^[A-Za-z0-9_-]{1,32}$' })
const callParams = Type.Object({ callId: Type.String({ format: 'uuid' }) })
const whose = Type.Object(
  { agentId: Type.Optional(agentId) },
  { additionalProperties: false, description: 'the agent whose phone is rung; without it the one the user is' },
)
const monitorView = Type.Object({
  callId: Type.String(),
  agentId: Type.String({ description: 'the supervisor' }),
  monitored: Type.String({ description: 'the agent listened to' }),
  mode: Type.String({ description: 'listen, whisper or barge' }),
  state: Type.String({ description: 'ringing, attached, takingOver or over' }),
  by: Type.String(),
})

/** Supervisors listen to a call, whisper to its agent, barge in, and take it over. Their own phone is rung for it. */
export function monitorRoutes({
  supervisor,
  roster,
}: {
  supervisor: CallSupervisor
  roster: AgentRoster
}): FastifyPluginAsyncTypebox {
  const flowOf = (callId: string): CallFlow => {
    const flow = supervisor.flow(callId)
    if (!flow || flow.call.state === 'released') throw new UnknownCall(`no call ${callId} in progress`)
    return flow
  }
  const supervisorOf = (
    principal: { username: string; agentId: string | null },
    body: { agentId?: string } | null,
  ): MonitorRequest => {
    const wanted = body?.agentId ?? principal.agentId
    if (wanted == null)
      throw new SupervisorUnreachable(`${principal.username} is no agent: say in agentId whose phone to ring`)
    const { extension } = roster.get(wanted).context
    if (extension === null) throw new SupervisorUnreachable(`agent ${wanted} is not logged in at a phone`)
    return { agentId: wanted, extension, by: principal.username }
  }

  return async (app) => {
    const overseers = { roles: ['supervisor', 'admin'] } as const
    const body = nullable(whose)
    const response = { 202: monitorView }

    for (const [path, mode, summary] of [
      ['listen', 'listen', 'Hear a talk unheard; the supervisor’s phone rings, or falls silent for the others'],
      ['whisper', 'whisper', 'Hear a talk and be heard by its agent alone'],
      ['barge', 'barge', 'Hear a talk and be heard by everybody in it'],
    ] as const) {
      app.post(
        `/calls/:callId/${path}`,
        { config: overseers, schema: { tags: ['supervision'], summary, params: callParams, body, response } },
        async ({ params, body, principal }, reply) => {
          const flow = flowOf(params.callId)
          const monitor = await flow.monitors.listen(supervisorOf(principal, body), mode)
          return reply.code(202).send(view(flow, monitor))
        },
      )
    }

    app.post(
      '/calls/:callId/take-over',
      {
        config: overseers,
        schema: {
          tags: ['supervision'],
          summary: 'Become the agent of a call; the agent before goes to wrap-up',
          params: callParams,
          body,
          response,
        },
      },
      async ({ params, body, principal }, reply) => {
        const flow = flowOf(params.callId)
        const monitor = await flow.monitors.takeOver(supervisorOf(principal, body))
        return reply.code(202).send(view(flow, monitor))
      },
    )

    app.get(
      '/calls/:callId/monitors',
      {
        config: overseers,
        schema: {
          tags: ['supervision'],
          summary: 'Who listens to a call',
          params: callParams,
          response: { 200: Type.Array(monitorView) },
        },
      },
      async ({ params }) => {
        const flow = flowOf(params.callId)
        return flow.monitors.all().map((monitor) => view(flow, monitor))
      },
    )

    app.delete(
      '/calls/:callId/monitors/:agentId',
      {
        config: overseers,
        schema: {
          tags: ['supervision'],
          summary: 'End a supervisor’s listening; the talk goes on',
          params: Type.Object({ ...callParams.properties, agentId }),
          response: { 204: Type.Null() },
        },
      },
      async ({ params, principal }, reply) => {
        flowOf(params.callId).monitors.stop(params.agentId, principal.username)
        return reply.code(204).send(null)
      },
    )
  }
}

function view({ call }: CallFlow, monitor: Monitor) {
  const { monitored, mode, state, request } = monitor
  return { callId: call.callId, agentId: request.agentId, monitored, mode, state, by: request.by }
}
