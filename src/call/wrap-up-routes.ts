import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { type Codes, requireCode } from '../agent/index.ts'
import type { EventLog } from '../events/index.ts'
import { HotlineError } from '../kernel/index.ts'
import type { CallStore } from './call-store.ts'
import type { CallSupervisor } from './call-supervisor.ts'

class NotYourCall extends HotlineError {
  readonly code = 'call-of-another-agent'
  readonly status = 403
}

/** The code of a call: given by its agent while talking, in wrap-up or later, and the latest one counts. */
export function wrapUpRoutes({
  supervisor,
  store,
  log,
  codes,
}: {
  supervisor: CallSupervisor
  store: CallStore
  log: EventLog
  codes: Codes
}): FastifyPluginAsyncTypebox {
  /** Who talked to the citizen; undefined: nobody of ours. */
  const agentOf = async (callId: string) => {
    const partner = supervisor.flow(callId)?.call.partner?.agentId
    return partner ?? (await store.agentOf(callId))
  }

  return async (app) => {
    app.post(
      '/calls/:callId/wrap-up',
      {
        config: { roles: ['agent', 'supervisor', 'admin'] },
        schema: {
          tags: ['calls'],
          summary: 'Say what the call was about, in a code of the city’s file',
          params: Type.Object({ callId: Type.String({ format: 'uuid' }) }),
          body: Type.Object(
            {
              code: Type.String({ pattern: '^[a-z0-9-]{1,50}$' }),
              note: Type.String({ maxLength: 500, default: '' }),
            },
            { additionalProperties: false },
          ),
          response: { 200: Type.Object({ callId: Type.String(), code: Type.String() }) },
        },
      },
      async ({ params: { callId }, body: { code, note }, principal }) => {
        const agentId = await agentOf(callId)
        const own = agentId !== undefined && principal.agentId === agentId
        if (agentId === undefined || (principal.role === 'agent' && !own))
          throw new NotYourCall(`call ${callId} is not one of yours`)
        requireCode(codes, code, 'wrap-up code')
        log.append('call.wrapped-up', { callId, agentId, code, note, by: principal.username })
        return { callId, code }
      },
    )
  }
}
