import type { Channel } from './channel.ts'
import { microseconds } from './time.ts'

/** The phone of `channel` holds: events go out, and whoever it talks with hears music (`hold_music`). */
export function holdBegins(channel: Channel, holdMusic: string | undefined): void {
  if (channel.held) return
  channel.held = true
  channel.times.lastHold = microseconds()
  channel.setCallState('HELD')
  channel.publish('CHANNEL_HOLD')
  if (holdMusic) playTo(channel.partner, channel.variables.get('hold_music') ?? holdMusic)
}

export function holdEnds(channel: Channel): void {
  if (!channel.held) return
  channel.held = false
  channel.times.holdAccumulated += microseconds() - channel.times.lastHold
  channel.partner?.privateEvents.stop()
  channel.partner?.wake()
  channel.setCallState('UNHELD')
  channel.publish('CHANNEL_UNHOLD')
  channel.setCallState('ACTIVE')
}

function playTo(listener: Channel | undefined, music: string): void {
  listener?.privateEvents.push({
    headers: new Map([
      ['call-command', 'execute'],
      ['execute-app-name', 'playback'],
      ['execute-app-arg', music],
      ['loops', '-1'],
    ]),
  })
  listener?.wake()
}
