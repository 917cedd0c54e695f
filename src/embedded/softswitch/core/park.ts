import { SilenceSource } from '../media/sources.ts'
import { causeFrom } from './causes.ts'
import type { Channel } from './channel.ts'
import type { SwitchCore } from './switch-core.ts'
import { waitFor } from './wait-for.ts'

/**
 * Holds the call until somebody drives it. `park_timeout` (seconds, or `seconds:CAUSE`) ends it by itself. With
 * `send_silence_when_idle` the phone is sent silence meanwhile instead of nothing (switch_ivr_park).
 */
export async function park(core: SwitchCore, channel: Channel): Promise<void> {
  const [seconds, cause] = (channel.variables.get('park_timeout') ?? '').split(':')
  channel.setVariable('park_timeout', undefined)
  const timer = seconds ? setTimeout(() => channel.hangUp(causeFrom(cause)), Number(seconds) * 1000) : undefined
  channel.publish('CHANNEL_PARK')
  const idle = Number(channel.variables.get('send_silence_when_idle') ?? 0) ? new SilenceSource() : undefined
  if (idle !== undefined) channel.media?.setSource(idle)
  await waitFor(core, channel, {
    finished: () => false,
    unbreakable: true,
    resume: () => {
      if (idle !== undefined) channel.media?.setSource(idle)
    },
  })
  if (idle !== undefined && channel.media?.source === idle) channel.media.setSource(undefined)
  clearTimeout(timer)
  channel.publish('CHANNEL_UNPARK')
}
