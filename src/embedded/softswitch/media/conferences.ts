import { newId } from '../../../kernel/index.ts'
import { type FrameSource, frameSamples } from '../../rtp/index.ts'
import type { ChannelMedia } from './channel-media.ts'
import { clip } from './recorder.ts'

/** FreeSWITCH passes keys on with the length of its own ones (SWITCH_DEFAULT_DTMF_DURATION). */
const keyMs = 250

/** Whoever takes part: the channel, as far as a conference cares. */
export interface Participant {
  readonly uuid: string
  readonly name: string
  readonly media: ChannelMedia | undefined
  readonly profile: { callerName: string; callerNumber: string }
  readonly endpoint?: { sendDigits(keys: string, durationMs: number): boolean }
  wake(): void
}

export class Member {
  readonly id: number
  readonly channel: Participant
  muted = false
  deaf = false
  kicked = false
  passesKeys = false

  constructor(id: number, channel: Participant) {
    this.id = id
    this.channel = channel
  }
}

/** People who hear one another. Everybody is sent the sum of the others, each beat, never themselves. */
export class Conference {
  readonly name: string
  readonly profile: string
  readonly uuid = newId()
  readonly members = new Map<number, Member>()
  #lastId = 0

  constructor({ name, profile }: { name: string; profile: string }) {
    this.name = name
    this.profile = profile
  }

  join(channel: Participant): Member {
    this.#lastId += 1
    const member = new Member(this.#lastId, channel)
    this.members.set(member.id, member)
    channel.media?.setSource(new OthersSource(this, member))
    return member
  }

  leave(member: Member): void {
    this.members.delete(member.id)
    member.channel.media?.setSource(undefined)
  }

  /** The members meant by `all`, `last`, or a number. */
  select(who: string): Member[] {
    const members = [...this.members.values()]
    if (who === 'all') return members
    if (who === 'last') return members.slice(-1)
    return members.filter((member) => String(member.id) === who)
  }

  /** A member pressed a key: the others are sent it, where it passes on. */
  pressed(member: Member, key: string): void {
    if (!member.passesKeys) return
    for (const other of this.members.values()) if (other !== member) other.channel.endpoint?.sendDigits(key, keyMs)
  }

  kick(member: Member): void {
    member.kicked = true
    member.channel.wake()
  }
}

class OthersSource implements FrameSource {
  readonly #conference: Conference
  readonly #member: Member
  readonly #sum = new Int32Array(frameSamples)

  constructor(conference: Conference, member: Member) {
    this.#conference = conference
    this.#member = member
  }

  read(frame: Int16Array): boolean {
    this.#sum.fill(0)
    if (!this.#member.deaf) for (const member of this.#conference.members.values()) this.#add(member)
    for (let index = 0; index < frame.length; index += 1) frame[index] = clip(this.#sum[index] ?? 0)
    return true
  }

  #add(member: Member): void {
    const media = member.channel.media
    if (member === this.#member || member.muted || media === undefined || !media.hearing) return
    for (let index = 0; index < frameSamples; index += 1) {
      this.#sum[index] = (this.#sum[index] ?? 0) + (media.received[index] ?? 0)
    }
  }
}

/** The conferences that exist, by name; one without members is gone. */
export class Conferences {
  readonly #conferences = new Map<string, Conference>()

  get(name: string): Conference | undefined {
    return this.#conferences.get(name)
  }

  all(): Conference[] {
    return [...this.#conferences.values()]
  }

  create(name: string, profile: string): Conference {
    const conference = new Conference({ name, profile })
    this.#conferences.set(name, conference)
    return conference
  }

  remove(conference: Conference): void {
    this.#conferences.delete(conference.name)
  }
}
