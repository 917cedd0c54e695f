import type { ChannelSnapshot, LegId, SwitchEvent } from '../switch-port.ts'

/** Milliseconds the list of channels may be behind the events; measured 170 to 280 ms on an idle FreeSWITCH. */
const lag = 5000

/**
 * What the events of the last seconds say about the list of channels. FreeSWITCH writes its list behind its own back:
 * a caller who has just arrived is not in it yet, and one who has just gone is in it still. Believed as it is, it
 * would end the one and greet the other.
 */
export class RecentLegs {
  readonly #begun = new Map<LegId, { channel: ChannelSnapshot; at: number }>()
  readonly #ended = new Map<LegId, number>()

  note(event: SwitchEvent): void {
    switch (event.type) {
      case 'leg.offered':
        return this.#begin({ ...unknownChannel, ...event.leg, direction: 'inbound' }, event.at)
      case 'leg.ringing':
      case 'leg.answered':
        return this.#begin({ ...unknownChannel, legId: event.legId, createdAt: event.at }, event.at)
      case 'leg.ended':
        this.#begun.delete(event.legId)
        this.#ended.set(event.legId, event.at)
    }
  }

  /** Whether the end of the leg was told already. */
  isOver(legId: LegId): boolean {
    return this.#ended.has(legId)
  }

  /** Events may have been missed: nothing is known any more. */
  forget(): void {
    this.#begun.clear()
    this.#ended.clear()
  }

  /** The list as it will be when it has caught up. */
  correct(listed: readonly ChannelSnapshot[], now: number): ChannelSnapshot[] {
    this.#forgetBefore(now - lag)
    const known = new Set(listed.map(({ legId }) => legId))
    const missing = [...this.#begun.values()].map(({ channel }) => channel).filter(({ legId }) => !known.has(legId))
    return [...listed.filter(({ legId }) => !this.#ended.has(legId)), ...missing]
  }

  #begin(channel: ChannelSnapshot, at: number): void {
    this.#forgetBefore(at - lag)
    if (!this.#begun.has(channel.legId) && !this.#ended.has(channel.legId))
      this.#begun.set(channel.legId, { channel, at })
  }

  /** Both maps are in the order of time. */
  #forgetBefore(time: number): void {
    for (const [legId, { at }] of this.#begun) {
      if (at >= time) break
      this.#begun.delete(legId)
    }
    for (const [legId, at] of this.#ended) {
      if (at >= time) break
      this.#ended.delete(legId)
    }
  }
}

/** A leg that was dialled shows itself by ringing or by its answer, and tells no more than that. */
const unknownChannel = {
  direction: 'outbound',
  answered: false,
  calledNumber: '',
  callerNumber: 'anonymous',
  callerName: '',
  bridgedWith: undefined,
} as const
