import type { Channel } from '../core/channel.ts'
import type { Application } from '../core/switch-core.ts'
import { waitFor } from '../core/wait-for.ts'
import { Eavesdropper } from '../media/eavesdropper.ts'
import { openMedia } from './play.ts'

type Into = Eavesdropper['mixed']['into']

/** What the listener's keys do, unless `eavesdrop_enable_dtmf` forbids them (switch_ivr_eavesdrop_session). */
const keys: Readonly<Record<string, Into>> = {
  '0': { said: false, heard: false },
  '1': { said: true, heard: false },
  '2': { said: false, heard: true },
  '3': { said: true, heard: true },
}

/**
 * `eavesdrop <uuid>`: hears what that channel says and hears, until it is gone or the listener is wanted elsewhere. It
 * stays with the channel through bridges, parking and conferences. With `eavesdrop_whisper_aleg` the listener is heard
 * by those the channel talks to, with `eavesdrop_whisper_bleg` by the channel itself.
 */
export const eavesdrop: Application = async ({ core, channel, data }) => {
  const target = core.channels.get(data.trim())
  const media = await openMedia(channel)
  if (target?.media === undefined || target === channel || media === undefined) return undefined
  const { media: targetMedia } = target
  const bug = new Eavesdropper(media, {
    said: channel.isTrue('eavesdrop_whisper_aleg'),
    heard: channel.isTrue('eavesdrop_whisper_bleg'),
  })
  let over = false
  targetMedia.addBug(bug)
  media.setSource(bug)
  wakeWhenGone(target, channel, () => over)
  await waitFor(core, channel, {
    finished: () => target.down || pressed(channel, bug) === 'left',
    unbreakable: true,
    resume: () => media.setSource(bug),
  })
  over = true
  target.wake()
  targetMedia.removeBug(bug)
  if (media.source === bug) media.setSource(undefined)
  return undefined
}

function wakeWhenGone(target: Channel, listener: Channel, over: () => boolean): void {
  const look = (): void => {
    if (over()) return
    if (target.down) listener.wake()
    else void target.awoken().then(look)
  }
  look()
}

/** Takes the keys pressed so far; `*` leaves. */
function pressed(channel: Channel, bug: Eavesdropper): 'left' | undefined {
  const enabled = channel.variables.get('eavesdrop_enable_dtmf')
  if (enabled !== undefined && !channel.isTrue('eavesdrop_enable_dtmf')) return undefined
  for (let key = channel.digits.take(); key !== undefined; key = channel.digits.take()) {
    if (key === '*') return 'left'
    bug.mixed.into = keys[key] ?? bug.mixed.into
  }
  return undefined
}
