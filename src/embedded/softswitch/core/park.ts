import { causeFrom } from './causes.ts'
import type { Channel } from './channel.ts'
import type { SwitchCore } from './switch-core.ts'
import { waitFor } from './wait-for.ts'

/** Holds the call until somebody drives it. `park_timeout` (seconds, or `seconds:CAUSE`) ends it by itself. */
export async function park(core: SwitchCore, channel: Channel): Promise<void> {
  const [seconds, cause] = (channel.variables.get('park_timeout') ?? '').split(':')
  channel.setVariable('park_timeout', undefined)
  const timer = seconds ? setTimeout(() => channel.hangUp(causeFrom(cause)), Number(seconds) * 1000) : undefined
  channel.publish('CHANNEL_PARK')
  await waitFor(core, channel, { finished: () => false, unbreakable: true })
  clearTimeout(timer)
  channel.publish('CHANNEL_UNPARK')
}
