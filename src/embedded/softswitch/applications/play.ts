import type { FrameSource } from '../../rtp/index.ts'
import type { Channel } from '../core/channel.ts'
import type { Application, SwitchCore } from '../core/switch-core.ts'
import { type WaitEnd, waitFor } from '../core/wait-for.ts'
import type { ChannelMedia } from '../media/channel-media.ts'

/** Tells when a source has ended: the beat asks it for a frame, and the application waits for the channel to wake. */
class WatchedSource implements FrameSource {
  readonly #source: FrameSource
  readonly #onEnd: () => void
  ended = false

  constructor(source: FrameSource, onEnd: () => void) {
    this.#source = source
    this.#onEnd = onEnd
  }

  read(frame: Int16Array): boolean {
    if (this.ended) return false
    if (this.#source.read(frame)) return true
    this.ended = true
    this.#onEnd()
    return false
  }
}

type Response = 'FILE PLAYED' | 'FILE NOT FOUND' | 'PLAYBACK ERROR'

export const playback: Application = ({ core, channel, data }) => play(core, channel, data.trim())

export const endlessPlayback: Application = async ({ core, channel, data }) => {
  for (;;) {
    const response = await play(core, channel, data.trim(), { endless: true })
    if (response !== 'again') return response
  }
}

async function play(core: SwitchCore, channel: Channel, path: string): Promise<Response>
async function play(
  core: SwitchCore,
  channel: Channel,
  path: string,
  options: { endless: true },
): Promise<Response | 'again'>
async function play(
  core: SwitchCore,
  channel: Channel,
  path: string,
  { endless = false }: { endless?: boolean } = {},
): Promise<Response | 'again'> {
  channel.setVariable('playback_terminator_used', undefined)
  const media = await openMedia(channel)
  if (media === undefined) return 'PLAYBACK ERROR'
  const source = await core.sounds.open(path)
  if (source === undefined) return 'FILE NOT FOUND'
  channel.publish('PLAYBACK_START', [['Playback-File-Path', path]])
  const end = await playSource(core, channel, media, source)
  channel.publish('PLAYBACK_STOP', [
    ['Playback-File-Path', path],
    ['Playback-Status', end === 'broken' ? 'break' : 'done'],
  ])
  if (end === 'left') return 'PLAYBACK ERROR'
  return endless && end === 'finished' ? 'again' : 'FILE PLAYED'
}

/** Audio towards the caller; one who was not answered yet gets early media, as in FreeSWITCH. */
export async function openMedia(channel: Channel): Promise<ChannelMedia | undefined> {
  if (channel.media?.remote === undefined) await channel.endpoint?.earlyMedia()
  return channel.media?.remote === undefined ? undefined : channel.media
}

/** Plays until its end, a terminator key, or a break; whatever was sent before is sent again afterwards. */
async function playSource(
  core: SwitchCore,
  channel: Channel,
  media: ChannelMedia,
  source: FrameSource,
): Promise<WaitEnd> {
  const before = media.source
  const watched = new WatchedSource(source, () => channel.wake())
  const isTerminator = terminatorTest(channel)
  let terminated = false
  media.setSource(watched)
  const end = await waitFor(core, channel, {
    finished() {
      terminated ||= takeTerminator(channel, isTerminator)
      return terminated || watched.ended
    },
    pause: () => media.setSource(undefined),
    resume: () => media.setSource(watched),
  })
  if (media.source === watched) media.setSource(before)
  return terminated && end === 'finished' ? 'broken' : end
}

/** `playback_terminators`: keys, `any` or `none`; `*` when nothing is said. */
export function terminatorTest(channel: Channel): (key: string) => boolean {
  const keys = channel.variables.get('playback_terminators') ?? '*'
  if (keys === 'none') return () => false
  return keys === 'any' ? () => true : (key) => keys.includes(key)
}

export function takeTerminator(channel: Channel, isTerminator: (key: string) => boolean): boolean {
  for (let key = channel.digits.take(); key !== undefined; key = channel.digits.take()) {
    if (isTerminator(key)) {
      channel.setVariable('playback_terminator_used', key)
      return true
    }
  }
  return false
}
