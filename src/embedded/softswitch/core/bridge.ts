import type { FrameSource } from '../../rtp/index.ts'
import type { ChannelMedia } from '../media/channel-media.ts'
import type { BridgeRole } from './bridge-role.ts'
import type { Channel } from './channel.ts'
import { acknowledgeRefer } from './refer.ts'
import type { SwitchCore } from './switch-core.ts'
import type { Header } from './switch-event.ts'
import { microseconds } from './time.ts'
import { waitFor } from './wait-for.ts'

/** Sends on what the other side said in the same beat. */
class PartnerSource implements FrameSource {
  readonly #media: ChannelMedia

  constructor(media: ChannelMedia) {
    this.#media = media
  }

  read(frame: Int16Array): boolean {
    if (!this.#media.hearing) return false
    frame.set(this.#media.received)
    return true
  }
}

/**
 * Two channels that talk. Each runs its own side; the bridge begins when both have arrived and is over as soon as
 * one leaves. CHANNEL_BRIDGE and CHANNEL_UNBRIDGE come once, from the originator's side.
 */
export class Bridge {
  readonly #core: SwitchCore
  readonly #originator: Channel
  readonly #originatee: Channel
  readonly #byUuid: boolean
  readonly #arrived = new Set<Channel>()
  #over = false
  #talking = false

  constructor({ core, originator, originatee, byUuid }: BridgeParts) {
    this.#core = core
    this.#originator = originator
    this.#originatee = originatee
    this.#byUuid = byUuid
  }

  get begun(): boolean {
    return this.#talking
  }

  role(side: BridgeRole['side']): BridgeRole {
    const channel = side === 'originator' ? this.#originator : this.#originatee
    return { side, byUuid: this.#byUuid, run: () => this.#run(channel) }
  }

  async #run(channel: Channel): Promise<void> {
    const other = channel === this.#originator ? this.#originatee : this.#originator
    this.#arrived.add(channel)
    other.wake()
    await this.#bothHere(channel, other)
    if (!this.#over) {
      if (!this.#talking) this.#begin()
      const speaker = channel === this.#originator
      if (!speaker) channel.enter('CS_EXCHANGE_MEDIA')
      await waitFor(this.#core, channel, { finished: () => this.#over, unbreakable: true })
    }
    this.#end()
    if (channel !== this.#originator || !this.#talking) return
    // The originatee is parked or hung up first, its events before ours, as FreeSWITCH joins that thread.
    await new Promise((resolve) => setImmediate(resolve))
    this.#tell('CHANNEL_UNBRIDGE')
  }

  async #bothHere(channel: Channel, other: Channel): Promise<void> {
    while (!this.#arrived.has(other) && !this.#over) {
      if (!channel.ready || other.down) this.#end()
      else await channel.awoken()
    }
  }

  #begin(): void {
    const [a, b] = [this.#originator, this.#originatee]
    if (a.media === undefined || b.media === undefined) {
      this.#end()
      return
    }
    this.#talking = true
    a.partner = b
    b.partner = a
    a.media.setSource(new PartnerSource(b.media))
    b.media.setSource(new PartnerSource(a.media))
    this.#describe(a, b)
    if (this.#byUuid) {
      a.application = { name: 'uuid_bridge', data: b.uuid }
      b.application = { name: 'uuid_bridge', data: a.uuid }
      a.publish('CHANNEL_EXECUTE', bridgeApplication(b))
      b.publish('CHANNEL_EXECUTE', bridgeApplication(a))
    }
    this.#tell('CHANNEL_BRIDGE')
    for (const channel of [a, b]) acknowledgeRefer(channel, true)
    for (const channel of [a, b]) channel.publish('CALL_UPDATE', [['Direction', 'SEND']])
  }

  #describe(a: Channel, b: Channel): void {
    a.otherLeg = { type: 'originatee', facts: b }
    b.otherLeg = { type: 'originator', facts: a }
    b.callUuid = a.uuid
    a.times.bridged = microseconds()
    for (const [channel, other] of [
      [a, b],
      [b, a],
    ] as const) {
      channel.setVariable('bridge_channel', other.name)
      channel.setVariable('bridge_uuid', other.uuid)
      channel.setVariable('signal_bond', other.uuid)
    }
    list(a, { callUuid: a.uuid, name: a.profile.calleeName, number: a.profile.calleeNumber })
    list(b, { callUuid: a.uuid, name: b.profile.callerName, number: b.profile.callerNumber })
  }

  #end(): void {
    if (this.#over) return
    this.#over = true
    for (const channel of [this.#originator, this.#originatee]) {
      if (this.#talking) channel.media?.setSource(undefined)
      if (channel.partner !== undefined) channel.setVariable('last_bridge_to', channel.partner.uuid)
      channel.partner = undefined
      channel.callUuid = channel.uuid
      channel.wake()
    }
  }

  #tell(name: string): void {
    const first: Header[] = [
      ['Bridge-A-Unique-ID', this.#originator.uuid],
      ['Bridge-B-Unique-ID', this.#originatee.uuid],
    ]
    this.#originator.publish(name, [], { first })
  }
}

/** What `show` says of a conversation, and goes on saying after it. */
function list(channel: Channel, { callUuid, name, number }: { callUuid: string; name: string; number: string }): void {
  Object.assign(channel.listing, { callUuid, calleeDirection: 'SEND', sentCalleeName: name, sentCalleeNumber: number })
}

export interface BridgeParts {
  core: SwitchCore
  originator: Channel
  originatee: Channel
  byUuid: boolean
}

function bridgeApplication(other: Channel): Header[] {
  return [
    ['Application', 'uuid_bridge'],
    ['Application-Data', other.uuid],
  ]
}
