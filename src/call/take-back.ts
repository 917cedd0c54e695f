import { emergencyPriority } from '../transfer/index.ts'
import type { Call } from './call.ts'
import type { CallContext } from './call-context.ts'
import type { HandedOver } from './talk-stage-options.ts'

/** A citizen who was handed over has not talked there and is ours again: on record, and before everybody when it is an emergency. */
export function takeBack(call: Call, { log, roster }: CallContext, { target, by }: HandedOver): void {
  const { callId, need } = call
  if (target.agentId !== undefined) roster.released(target.agentId, callId, need?.queue ?? '')
  const fact = { callId, agentId: by }
  if (target.emergency) {
    log.append('call.emergency-returned', { ...fact, service: target.name, reason: 'service hung up' })
    if (need) call.need = { ...need, priority: emergencyPriority }
  } else log.append('call.returned', { ...fact, reason: 'hung up while waiting' })
}
