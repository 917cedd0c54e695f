import Type from 'typebox'
import type { CallFlow } from './call-flow.ts'
import type { CallSupervisor } from './call-supervisor.ts'
import { CallOfAnother, UnknownCall } from './errors.ts'

export const callParams = Type.Object({ callId: Type.String({ format: 'uuid' }) })

/** The call, for whoever may command it: its agent, and supervisors. Throws UnknownCall, CallOfAnother. */
export function ownFlow(
  supervisor: CallSupervisor,
  callId: string,
  principal: { role: string; agentId: string | null },
): CallFlow {
  const flow = supervisor.flow(callId)
  if (!flow || flow.call.state === 'released') throw new UnknownCall(`no call ${callId} in progress`)
  const own = principal.agentId !== null && flow.call.partner?.agentId === principal.agentId
  if (principal.role === 'agent' && !own) throw new CallOfAnother(`call ${callId} is not yours`)
  return flow
}
