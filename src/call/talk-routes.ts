import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import type { EventLog } from '../events/index.ts'
import { promptFile } from '../ivr/index.ts'
import { type Branch, BranchBusy, BranchClosed, type Target } from '../transfer/index.ts'
import type { Call } from './call.ts'
import type { CallSupervisor } from './call-supervisor.ts'
import type { CallTargets } from './call-targets.ts'
import { callParams, ownFlow } from './own-flow.ts'

const branchNumber = Type.String({ pattern: '^[0-9]{3,15}$' })
const targetBody = Type.Union([
  Type.Object({ branch: branchNumber }, { additionalProperties: false }),
  Type.Object({ agentId: Type.String({ pattern: '^[A-Za-z0-9_-]{1,32}$' }) }, { additionalProperties: false }),
])

/** What an agent may do with the talk: hold, advice, consultation, three-way, transfer, emergency key. */
export function talkRoutes({
  supervisor,
  log,
  targets,
  promptsDir,
}: {
  supervisor: CallSupervisor
  log: EventLog
  targets: CallTargets
  promptsDir: string
}): FastifyPluginAsyncTypebox {
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
          const { talk } = ownFlow(supervisor, params.callId, principal)
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
          const { talk, call } = ownFlow(supervisor, params.callId, principal)
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
        const flow = ownFlow(supervisor, params.callId, principal)
        const { talk } = flow
        const { branch } = targets.branches.find(body.branch)
        await talk.advise(branch.number, adviceFiles({ branch, language: flow.call.language, promptsDir }))
        return reply.code(202).send({ callId: params.callId, talk: talk.state })
      },
    )

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
        const { talk, call } = ownFlow(supervisor, params.callId, principal)
        const { service, mode } = body
        await talk.emergency(targets.emergency(service, { mode, by: principal.username }))
        call.emergency = service
        return reply.code(202).send({ callId: params.callId, talk: talk.state })
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
}): Target {
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
