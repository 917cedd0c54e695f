import type { Channel } from './channel.ts'
import type { SwitchCore } from './switch-core.ts'

const checkEveryMs = 1000

/**
 * Ends calls whose phone vanished without BYE: no RTP for `media_timeout` ms, or `media_hold_timeout` ms while the
 * phone holds. A channel without these variables is never ended so.
 */
export class MediaWatch {
  readonly #core: SwitchCore
  readonly #timer: NodeJS.Timeout
  readonly #heard = new WeakMap<Channel, { packets: number; at: number }>()

  constructor({ core }: { core: SwitchCore }) {
    this.#core = core
    this.#timer = setInterval(() => this.#check(), checkEveryMs)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #check(): void {
    const now = Date.now()
    for (const channel of this.#core.channels.all()) if (channel.answered) this.#checkChannel(channel, now)
  }

  #checkChannel(channel: Channel, now: number): void {
    const packets = channel.media?.stats.received ?? 0
    const last = this.#heard.get(channel)
    if (last === undefined || last.packets !== packets) {
      this.#heard.set(channel, { packets, at: now })
      return
    }
    const limitMs = Number(channel.variables.get(channel.held ? 'media_hold_timeout' : 'media_timeout') ?? 0)
    if (limitMs > 0 && now - last.at >= limitMs) channel.hangUp('MEDIA_TIMEOUT')
  }
}
