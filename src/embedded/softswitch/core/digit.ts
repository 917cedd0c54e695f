import type { Channel } from './channel.ts'

const samplesPerMs = 8
/** FreeSWITCH's bounds for a key press, in samples. */
const shortest = 400
const longest = 192_000

/** A key was pressed on the phone of `channel`: an event, and to the other side of a bridge or to the application. */
export function digitPressed(channel: Channel, key: string, durationMs: number, source: 'RTP' | 'ENDPOINT'): void {
  if (channel.down) return
  const samples = Math.max(shortest, Math.min(longest, durationMs * samplesPerMs))
  channel.publish('DTMF', [
    ['DTMF-Digit', key],
    ['DTMF-Duration', String(samples)],
    ['DTMF-Source', source],
  ])
  if (channel.partner !== undefined) {
    channel.partner.endpoint?.sendDigits(key, samples / samplesPerMs)
    return
  }
  channel.digits.push(key)
  channel.wake()
}
