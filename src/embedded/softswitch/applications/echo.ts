import type { Application } from '../core/switch-core.ts'
import { waitFor } from '../core/wait-for.ts'
import { openMedia } from './play.ts'

/** Sends the caller's own voice back. */
export const echo: Application = async ({ core, channel }) => {
  const media = await openMedia(channel)
  if (media === undefined) return undefined
  const source = {
    read(frame: Int16Array): boolean {
      frame.set(media.received)
      return media.hearing
    },
  }
  media.setSource(source)
  await waitFor(core, channel, { finished: () => false, resume: () => media.setSource(source) })
  if (media.source === source) media.setSource(undefined)
  return undefined
}
