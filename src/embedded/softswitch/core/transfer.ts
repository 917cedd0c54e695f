import { nextProfile } from './caller-profile.ts'
import type { Channel } from './channel.ts'
import { microseconds } from './time.ts'

export interface TransferTarget {
  extension: string
  dialplan?: string | undefined
  context?: string | undefined
}

/**
 * Sends a channel through the dialplan again; whoever it talks with is left (and parked or hung up). What the target
 * leaves open, `force_transfer_dialplan` and `force_transfer_context` decide.
 */
export function transfer(channel: Channel, target: TransferTarget): boolean {
  const { extension } = target
  const dialplan = target.dialplan ?? channel.variables.get('force_transfer_dialplan') ?? 'XML'
  const context = target.context ?? channel.variables.get('force_transfer_context')
  channel.times.transferred = microseconds()
  channel.profile = nextProfile(channel.profile)
  channel.privateEvents.stop()
  return channel.redirect({
    kind: 'route',
    extension,
    dialplan,
    context: context ?? (channel.profile.context || 'default'),
  })
}
