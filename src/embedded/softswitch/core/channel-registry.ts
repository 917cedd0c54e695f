import type { Channel } from './channel.ts'

/** How many sessions there were, for `status` and HEARTBEAT. */
export interface SessionFigures {
  now: number
  sinceStartup: number
  peak: number
}

/** Every channel that exists, by UUID, oldest first. */
export class ChannelRegistry {
  readonly #channels = new Map<string, Channel>()
  #sinceStartup = 0
  #peak = 0

  /** False when the UUID is taken already. */
  add(channel: Channel): boolean {
    if (this.#channels.has(channel.uuid)) return false
    this.#channels.set(channel.uuid, channel)
    this.#sinceStartup += 1
    this.#peak = Math.max(this.#peak, this.#channels.size)
    return true
  }

  remove(channel: Channel): void {
    this.#channels.delete(channel.uuid)
  }

  get(uuid: string): Channel | undefined {
    return this.#channels.get(uuid)
  }

  all(): Channel[] {
    return [...this.#channels.values()]
  }

  get figures(): SessionFigures {
    return { now: this.#channels.size, sinceStartup: this.#sinceStartup, peak: this.#peak }
  }
}
