import type { Channel } from './channel.ts'
import { performPrivateEvent } from './perform-private-event.ts'
import type { SwitchCore } from './switch-core.ts'

/** Something a channel is busy with for a while. */
export interface Activity {
  /** Asked whenever something happened on the channel; whoever finishes it calls `channel.wake()`. */
  finished(): boolean
  /** Parking and talking are not broken off by `uuid_break`. */
  unbreakable?: boolean
  /** Another application begins or has ended within it. */
  pause?(): void
  resume?(): void
}

/** How a wait ended: by itself, by `uuid_break`, or because the channel is wanted elsewhere or hung up. */
export type WaitEnd = 'finished' | 'broken' | 'left'

/** Waits for an activity, and performs commands sent to the channel (`sendmsg`) meanwhile, nested in it. */
export async function waitFor(core: SwitchCore, channel: Channel, activity: Activity): Promise<WaitEnd> {
  for (;;) {
    if (!channel.ready) return 'left'
    if (channel.privateEvents.takeBreak() && activity.unbreakable !== true) return 'broken'
    const event = channel.privateEvents.take()
    if (event !== undefined) {
      activity.pause?.()
      await performPrivateEvent(core, channel, event)
      activity.resume?.()
    } else if (activity.finished()) return 'finished'
    else await channel.awoken()
  }
}
