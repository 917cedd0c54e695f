import { Bridge } from './bridge.ts'
import { nextProfile } from './caller-profile.ts'
import type { Channel } from './channel.ts'
import type { SwitchCore } from './switch-core.ts'

/**
 * Takes two channels from whatever they do and lets them talk. False when one is hung up or neither has audio. A
 * channel without audio cannot originate, so the two change places then, as in FreeSWITCH.
 */
export function uuidBridge(core: SwitchCore, first: Channel, second: Channel): boolean {
  if (first === second || first.down || second.down) return false
  const [originator, originatee] = first.media?.remote === undefined ? [second, first] : [first, second]
  if (originator.media?.remote === undefined || originatee.media?.remote === undefined) return false
  exchangeIdentities(originator, originatee)
  const bridge = new Bridge({ core, originator, originatee, byUuid: true })
  for (const channel of [originator, originatee]) channel.privateEvents.stop()
  originator.redirect({ kind: 'bridge', role: bridge.role('originator'), other: originatee })
  originatee.redirect({ kind: 'bridge', role: bridge.role('originatee'), other: originator })
  return true
}

/** Each is shown the other: the callee on the originator's side, the caller on the originatee's. */
function exchangeIdentities(originator: Channel, originatee: Channel): void {
  for (const channel of [originator, originatee]) {
    channel.setVariable('original_destination_number', channel.profile.destination)
    channel.setVariable('original_caller_id_name', channel.profile.callerName)
    channel.setVariable('original_caller_id_number', channel.profile.callerNumber)
  }
  const [caller, callee] = [nextProfile(originator.profile), nextProfile(originatee.profile)]
  caller.calleeName = originatee.profile.calleeName
  caller.calleeNumber = originatee.profile.calleeNumber
  callee.callerName = originator.profile.callerName
  callee.callerNumber = originator.profile.callerNumber
  originator.profile = caller
  originatee.profile = callee
}
