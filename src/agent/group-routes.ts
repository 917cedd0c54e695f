import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import type { EventLog } from '../events/index.ts'
import type { AgentRoster } from './agent-roster.ts'
import type { AgentStore } from './agent-store.ts'
import type { Codes } from './codes.ts'
import { UnknownQueue } from './errors.ts'

const agentParams = Type.Object({ agentId: Type.String({ pattern: '^[A-Za-z0-9_-]{1,32}$' }) })
const groups = Type.Array(
  Type.Object(
    {
      queue: Type.String({ pattern: '^[a-z0-9-]{1,50}$' }),
      rank: Type.Integer({ minimum: 1, maximum: 100, description: 'callers of a lower rank are served first' }),
    },
    { additionalProperties: false },
  ),
  { maxItems: 50 },
)
const groupsView = Type.Object({ agentId: Type.String(), groups })

/** Which queues an agent serves, in which order; and the codes agents may give. */
export function groupRoutes({
  roster,
  store,
  log,
  queues,
  breakReasons,
  emergencyServices,
  wrapUpCodes,
  callOutcomes,
}: {
  roster: AgentRoster
  store: AgentStore
  log: EventLog
  queues: ReadonlySet<string>
  breakReasons: Codes
  /** Numbers of emergency services to which the city has a route. */
  emergencyServices: readonly string[]
  wrapUpCodes: Codes
  /** What may be noted of a call to a citizen. */
  callOutcomes: readonly string[]
}): FastifyPluginAsyncTypebox {
  const view = (agentId: string) => ({
    agentId,
    groups: roster.get(agentId).profile.groups.map((group) => ({ ...group })),
  })

  return async (app) => {
    app.get(
      '/agents/:agentId/groups',
      {
        config: { roles: ['agent', 'supervisor', 'admin', 'service'] },
        schema: { tags: ['agents'], params: agentParams, response: { 200: groupsView } },
      },
      async ({ params }) => view(params.agentId),
    )

    app.put(
      '/agents/:agentId/groups',
      {
        config: { roles: ['supervisor', 'admin'] },
        schema: {
          tags: ['agents'],
          summary: 'Move an agent between groups; holds at once, for the next call. None: all queues the skills allow',
          params: agentParams,
          body: Type.Object({ groups }, { additionalProperties: false }),
          response: { 200: groupsView },
        },
      },
      async ({ params: { agentId }, body, principal }) => {
        const unknown = body.groups.filter(({ queue }) => !queues.has(queue)).map(({ queue }) => queue)
        if (unknown.length > 0)
          throw new UnknownQueue(`no queue ${unknown.join(', ')}: there are ${[...queues].join(', ')}`)
        const { profile } = roster.get(agentId)
        const wanted = { ...profile, groups: unique(body.groups) }
        await store.save(wanted)
        const [before, now] = [profile.groups, wanted.groups].map((each) => each.map((group) => ({ ...group })))
        log.append('agent.groups-changed', { agentId, groups: now ?? [], before: before ?? [], by: principal.username })
        roster.put(wanted)
        return view(agentId)
      },
    )

    app.get(
      '/codes',
      {
        config: { roles: ['agent', 'supervisor', 'admin', 'service'] },
        schema: {
          tags: ['agents'],
          summary:
            'Reasons of breaks and codes of wrap-up, with what they mean; outcomes of calls out; queues; emergency services that can be reached',
        },
      },
      async () => ({
        breakReasons: Object.fromEntries(breakReasons),
        wrapUpCodes: Object.fromEntries(wrapUpCodes),
        callOutcomes,
        queues: [...queues],
        emergencyServices,
      }),
    )
  }
}

/** A queue named twice counts with its last rank. */
function unique(all: readonly { queue: string; rank: number }[]): { queue: string; rank: number }[] {
  return [...new Map(all.map((group) => [group.queue, group])).values()].sort((a, b) => a.rank - b.rank)
}
