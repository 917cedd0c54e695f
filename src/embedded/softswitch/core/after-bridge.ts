import type { Cause } from './causes.ts'
import type { Channel } from './channel.ts'

/**
 * What becomes of the one who is left when the other leaves a bridge (switch_ivr_bridge.c):
 * parked with `park_after_bridge`, sent on with `transfer_after_bridge`, and otherwise the originatee is hung up while
 * the originator goes on with its dialplan, unless `hangup_after_bridge` says to hang up.
 */
export function afterBridge(
  channel: Channel,
  { other, side }: { other: { readonly hangupCause: Cause | undefined }; side: 'originator' | 'originatee' },
): void {
  if (!channel.ready) return
  const transfer = channel.variables.get('transfer_after_bridge')
  if (channel.isTrue('park_after_bridge')) channel.redirect({ kind: 'park' })
  else if (transfer !== undefined) channel.redirect(routeFrom(transfer, channel))
  else if (side === 'originatee') channel.hangUp(channel.answered ? 'NORMAL_CLEARING' : 'ORIGINATOR_CANCEL')
  else if (channel.isTrue('hangup_after_bridge')) channel.hangUp(other.hangupCause ?? 'NORMAL_CLEARING')
}

/** `extension[:dialplan[:context]]`. */
function routeFrom(
  text: string,
  channel: Channel,
): { kind: 'route'; extension: string; dialplan: string; context: string } {
  const [extension = '', dialplan = 'XML', context = channel.profile.context] = text.split(':')
  return { kind: 'route', extension, dialplan, context }
}
