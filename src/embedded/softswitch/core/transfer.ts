import { nextProfile } from './caller-profile.ts'
import type { Channel } from './channel.ts'
import { microseconds } from './time.ts'

export interface TransferTarget {
  extension: string
  dialplan?: string | undefined
  context?: string | undefined
}

/** Sends a channel through the dialplan again; whoever it talks with is left (and parked or hung up). */
export function transfer(channel: Channel, { extension, dialplan = 'XML', context }: TransferTarget): boolean {
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
