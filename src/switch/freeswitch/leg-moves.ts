import { type Clock, newId } from '../../kernel/index.ts'
import { SwitchRefused } from '../errors.ts'
import type { LegId, SwitchEvent } from '../switch-port.ts'
import { eslCommands } from './esl-commands.ts'
import type { SwitchLink } from './switch-link.ts'

/** Milliseconds in which FreeSWITCH joins two legs by itself after a refused REFER. */
const bridgeWithin = 700
/** How often legs are asked to join, the milliseconds one attempt may take, and those between looks. */
const attempts = 3
const attemptTakes = 1000
const lookAgain = 30
/** Milliseconds after which a leg counts as parked although the switch did not tell. */
const parkTakes = 500
/** Milliseconds in which the end of a bridge parks the leg that was left in it, on the slowest machine. */
const partTakes = 2000
/** Milliseconds a bridge is left alone: FreeSWITCH tells of it before it stands, and hangs up a leg taken out that early. */
const settling = 200

export interface LegMovesOptions {
  readonly link: Pick<SwitchLink, 'api' | 'execute'>
  readonly clock: Clock
}

/**
 * Legs brought together and taken apart. FreeSWITCH says `+OK` when it has noted the wish; a move is over when its events
 * or its lists say so, and what it did not do it is asked for again (docs/decisions/0011).
 */
export class LegMoves {
  readonly #options: LegMovesOptions
  /** When each leg was joined with another, or taken out of a bridge by us, last. */
  readonly #movedAt = new Map<LegId, number>()
  readonly #watchers = new Set<(event: SwitchEvent) => void>()

  constructor(options: LegMovesOptions) {
    this.#options = options
  }

  /** Every event of the switch comes through here. */
  note(event: SwitchEvent): void {
    if (event.type === 'leg.bridged')
      for (const leg of [event.legId, event.otherLegId]) this.#movedAt.set(leg, event.at)
    if (event.type === 'leg.referred') this.#movedAt.set(event.legId, event.at)
    if (event.type === 'leg.ended') this.#movedAt.delete(event.legId)
    // Events may be missed from now on: nothing is known any more.
    if (event.type === 'switch.lost') this.#movedAt.clear()
    for (const watch of this.#watchers) watch(event)
  }

  async bridge(legId: LegId, otherLegId: LegId): Promise<void> {
    // "+OK" says only that it will be tried. A leg that comes out of another bridge in this moment is parked by that
    // bridge's end, and has to be asked again.
    await this.#settled(legId, otherLegId)
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const joined = this.#joined([legId, otherLegId], attemptTakes)
      await this.#options.link.api(eslCommands.bridge(legId, otherLegId))
      if (await joined) return
    }
    throw new SwitchRefused(`${legId} and ${otherLegId} were not joined`)
  }

  async park(legId: LegId): Promise<void> {
    await this.#settled(legId)
    await this.#park(legId)
  }

  async part(legId: LegId, otherLegId: LegId): Promise<void> {
    await this.#settled(legId, otherLegId)
    const left = this.#parked(otherLegId, partTakes)
    await this.#park(legId)
    // Whoever is left in a bridge is parked by its end. Asked to park once more, that leg would be left asleep: it reads
    // and sends nothing until it is moved again, and who listens to it hears nothing either.
    if ((await left) === 'parked') this.#moved(otherLegId)
    else await this.#park(otherLegId)
  }

  async refuseRefer(referredLegId: LegId, otherLegId: LegId, sipStatus: number): Promise<void> {
    const { link } = this.#options
    await this.#settled(referredLegId, otherLegId)
    await link.api(eslCommands.staysAfterBridge(otherLegId))
    await link.api(eslCommands.referStatus(referredLegId, sipStatus))
    const joined = this.#joined([referredLegId], bridgeWithin)
    await link.execute(eslCommands.refuseRefer(referredLegId), newId())
    // FreeSWITCH brings them together itself when the REFER was still open, and does nothing when it was not.
    if (!(await joined)) await this.bridge(referredLegId, otherLegId)
  }

  async conference(legId: LegId, name: string): Promise<void> {
    await this.#settled(legId)
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      await this.#options.link.api(eslCommands.conference(legId, name))
      if (await this.#isMember(legId, name)) return
    }
    throw new SwitchRefused(`${legId} did not come into conference ${name}`)
  }

  async #park(legId: LegId): Promise<void> {
    const parked = this.#parked(legId, parkTakes)
    await this.#options.link.api(eslCommands.park(legId))
    if ((await parked) !== 'gone') this.#moved(legId)
  }

  /** The end of the bridge it was in may still park it once more. */
  #moved(legId: LegId): void {
    this.#movedAt.set(legId, this.#options.clock.now())
  }

  /** Waits until the bridges the legs are in have stood, or their ends are over, for a moment. */
  async #settled(...legs: LegId[]): Promise<void> {
    const { clock } = this.#options
    const latest = Math.max(...legs.map((leg) => this.#movedAt.get(leg) ?? Number.NEGATIVE_INFINITY))
    const left = latest + settling - clock.now()
    if (left > 0) await new Promise<void>((resolve) => clock.after(left, resolve))
  }

  /** Looks whether the leg is in the conference, for as long as that may take. */
  async #isMember(legId: LegId, name: string): Promise<boolean> {
    const { link, clock } = this.#options
    for (const end = clock.now() + attemptTakes; clock.now() < end; ) {
      const members = await link.api(eslCommands.conferenceMembers(name)).catch(noConference)
      if (members.includes(legId)) return true
      await new Promise<void>((resolve) => clock.after(lookAgain, resolve))
    }
    return false
  }

  /** Whether the legs are bridged in time. A connection that breaks says nothing against it. */
  #joined(legs: readonly LegId[], withinMs: number): Promise<boolean> {
    return this.#seen(withinMs, false, (event) => {
      if (event.type === 'switch.lost') return true
      if (event.type === 'leg.ended' && legs.includes(event.legId)) return false
      if (event.type !== 'leg.bridged') return undefined
      return legs.every((leg) => leg === event.legId || leg === event.otherLegId) || undefined
    })
  }

  /** What becomes of the leg in time. */
  #parked(legId: LegId, withinMs: number): Promise<'parked' | 'gone' | 'silent'> {
    return this.#seen(withinMs, 'silent', (event) => {
      if (event.type === 'switch.lost') return 'silent'
      if (event.type === 'leg.offered') return event.leg.legId === legId ? 'parked' : undefined
      if (!('legId' in event) || event.legId !== legId) return undefined
      if (event.type === 'leg.ended') return 'gone'
      return event.type === 'leg.parked' ? 'parked' : undefined
    })
  }

  /** Resolves with the first answer that an event gives, and with `otherwise` when none does in time. */
  #seen<Answer>(
    withinMs: number,
    otherwise: Answer,
    answerOf: (event: SwitchEvent) => Answer | undefined,
  ): Promise<Answer> {
    return new Promise((resolve) => {
      const done = (answer: Answer) => {
        cancel()
        this.#watchers.delete(watch)
        resolve(answer)
      }
      const watch = (event: SwitchEvent) => {
        const answer = answerOf(event)
        if (answer !== undefined) done(answer)
      }
      const cancel = this.#options.clock.after(withinMs, () => done(otherwise))
      this.#watchers.add(watch)
    })
  }
}

/** There is none before its first member. */
function noConference(error: unknown): string {
  if (error instanceof SwitchRefused) return ''
  throw error
}
