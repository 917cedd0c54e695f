import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { EventLog } from '../events/index.ts'
import { nullable } from '../kernel/index.ts'
import type { Agent, AgentProfile } from './agent.ts'
import type { AgentCommand, AgentRoster } from './agent-roster.ts'
import type { AgentStore } from './agent-store.ts'
import { type Codes, requireCode } from './codes.ts'
import { AgentCommandRefused } from './errors.ts'
import type { Phones } from './phones.ts'

const text = (maxLength: number) => Type.String({ minLength: 1, maxLength })
const agentParams = Type.Object({ agentId: Type.String({ pattern: '^[A-Za-z0-9_-]{1,32}$' }) })

const agentView = Type.Object({
  agentId: Type.String(),
  name: Type.String(),
  skills: Type.Array(Type.String()),
  languages: Type.Array(Type.String()),
  wrapUpSeconds: nullable(Type.Integer()),
  state: Type.String({ description: 'offline, notReady, ready, ringing, talking, wrapUp or monitoring' }),
  status: Type.String({ description: 'what the person chose: offline, available or break' }),
  reason: nullable(Type.String()),
  extension: nullable(Type.String()),
  callId: nullable(Type.String()),
  since: Type.String({ format: 'date-time', description: 'when the present state began' }),
})

export interface AgentRoutesOptions {
  readonly roster: AgentRoster
  readonly store: AgentStore
  readonly log: EventLog
  readonly phones: Phones
  readonly breakReasons: Codes
}

/** Agents and their status. An agent commands only itself; supervisors and admins command anybody. */
export function agentRoutes({
  roster,
  store,
  log,
  phones,
  breakReasons,
}: AgentRoutesOptions): FastifyPluginAsyncTypebox {
  return async (app) => {
    const everybody = { roles: ['agent', 'supervisor', 'admin', 'service'] } as const
    const people = { roles: ['agent', 'supervisor', 'admin'] } as const

    app.get(
      '/agents',
      { config: everybody, schema: { tags: ['agents'], response: { 200: Type.Array(agentView) } } },
      async () => roster.all().map(view),
    )

    app.get(
      '/agents/:agentId',
      { config: everybody, schema: { tags: ['agents'], params: agentParams, response: { 200: agentView } } },
      async ({ params }) => view(roster.get(params.agentId)),
    )

    app.put(
      '/agents/:agentId',
      {
        config: { roles: ['admin', 'supervisor'] },
        schema: {
          tags: ['agents'],
          summary: 'Create an agent or change name, skills, languages and wrap-up time',
          params: agentParams,
          body: Type.Object(
            {
              name: text(100),
              skills: Type.Array(text(50), { maxItems: 100, default: [] }),
              languages: Type.Array(text(10), { minItems: 1, maxItems: 20, default: ['cmn'] }),
              wrapUpSeconds: Type.Optional(nullable(Type.Integer({ minimum: 0, maximum: 3600 }))),
            },
            { additionalProperties: false },
          ),
          response: { 200: agentView },
        },
      },
      async ({ params, body, principal }) => {
        const { name, skills, languages, wrapUpSeconds = null } = body
        const before = roster.all().find(({ agentId }) => agentId === params.agentId)?.profile
        const groups = before?.groups ?? []
        const profile = { agentId: params.agentId, name, skills, languages, wrapUpSeconds, groups }
        await store.save(profile)
        if (!sameAbilities(before, profile)) {
          const { agentId } = params
          const was = before ? { skills: [...before.skills], languages: [...before.languages] } : null
          log.append('agent.profile-changed', { agentId, skills, languages, before: was, by: principal.username })
        }
        return view(roster.put(profile))
      },
    )

    const command = (request: FastifyRequest, agentId: string, input: AgentCommand) => {
      refuseOthers(request, agentId)
      const agent = roster.command(agentId, input)
      const { username, agentId: own } = request.principal
      // Only what somebody else did needs a name: the agent's own wish is the state's change itself.
      if (own !== agentId) log.append('agent.commanded', { agentId, ...commanded(input), by: username })
      return view(agent)
    }

    app.post(
      '/agents/:agentId/login',
      {
        config: people,
        schema: {
          tags: ['agents'],
          summary: 'Log in at any registered phone nobody else is logged in at; not ready until /ready',
          params: agentParams,
          body: Type.Object({ extension: Type.String({ pattern: '^[A-Za-z0-9_.-]{1,36}$' }) }),
          response: { 200: agentView },
        },
      },
      async (request) => {
        const { extension } = request.body
        refuseOthers(request, request.params.agentId)
        await phones.require(extension)
        return command(request, request.params.agentId, { type: 'LOGIN', extension })
      },
    )

    app.post(
      '/agents/:agentId/break',
      {
        config: people,
        schema: {
          tags: ['agents'],
          summary: 'Take a break; during a call it begins after the call',
          params: agentParams,
          body: Type.Object({ reason: text(50) }),
          response: { 200: agentView },
        },
      },
      async (request) => {
        const { reason } = request.body
        requireCode(breakReasons, reason, 'break reason')
        return command(request, request.params.agentId, { type: 'BREAK', reason })
      },
    )

    for (const [path, type, summary] of [
      ['ready', 'READY', 'Ready for calls; ends wrap-up'],
      ['logout', 'LOGOUT', 'Log out; during a call it takes effect after the call'],
    ] as const) {
      app.post(
        `/agents/:agentId/${path}`,
        { config: people, schema: { tags: ['agents'], summary, params: agentParams, response: { 200: agentView } } },
        async (request) => command(request, request.params.agentId, { type }),
      )
    }
  }
}

function refuseOthers({ principal }: FastifyRequest, agentId: string): void {
  if (principal.role === 'agent' && principal.agentId !== agentId) {
    throw new AgentCommandRefused(`agent ${principal.agentId} cannot command agent ${agentId}`)
  }
}

function sameAbilities(before: AgentProfile | undefined, now: AgentProfile): boolean {
  if (!before) return false
  return (['skills', 'languages'] as const).every(
    (kind) => before[kind].length === now[kind].length && before[kind].every((each) => now[kind].includes(each)),
  )
}

const commandNames = { LOGIN: 'login', READY: 'ready', BREAK: 'break', LOGOUT: 'logout' } as const

function commanded(input: AgentCommand) {
  return { command: commandNames[input.type], reason: input.type === 'BREAK' ? input.reason : null }
}

function view(agent: Agent) {
  const { agentId, name, skills, languages, wrapUpSeconds } = agent.profile
  return {
    agentId,
    name,
    skills: [...skills],
    languages: [...languages],
    wrapUpSeconds,
    state: agent.state,
    ...agent.context,
    since: new Date(agent.changedAt).toISOString(),
  }
}
