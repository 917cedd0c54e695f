import type { LegId } from '../switch/switch-port.ts'
import type { TalkOptions } from './talk-options.ts'

export interface TalkStepsOptions
  extends Pick<TalkOptions, 'switchPort' | 'callerLegId' | 'agentLegId' | 'callId' | 'owner'> {
  /** A step that was nobody's command failed. */
  readonly onFailed: (error: unknown) => void
}

/**
 * What a talk does at the switch. Steps are done one after the other: the switch would mix up a bridge that begins with a
 * conference that begins.
 */
export class TalkSteps {
  readonly #options: TalkStepsOptions
  /** Settles when the switch has done what was asked for last, or failed to; never rejects. */
  #last: Promise<void> = Promise.resolve()
  /** The third party citizen and agent were brought into a conference with, which lasts when that one has gone. */
  #mixedWith: LegId | undefined
  /** The agent's phone asked by REFER for what is under way, and waits for what comes of it. */
  #referred = false
  #agentLegId: LegId
  /** The agent's phone is lost and waited for. */
  #agentIsAway = false

  constructor(options: TalkStepsOptions) {
    this.#options = options
    this.#agentLegId = options.agentLegId
  }

  /** The agent's leg now: a phone that was lost comes back as another one. */
  get agentLegId(): LegId {
    return this.#agentLegId
  }

  /** In a conference the parties are mixed, not bridged. */
  get mixed(): boolean {
    return this.#mixedWith !== undefined
  }

  get referred(): boolean {
    return this.#referred
  }

  /** Resolves when the switch has done what was asked for so far. */
  get settled(): Promise<void> {
    return this.#last
  }

  inTurn(step: () => Promise<void>): Promise<void> {
    const done = this.#last.then(step)
    this.#last = done.catch(() => {})
    return done
  }

  /** A step at the switch that was nobody's command: when it fails the legs' own ends tell what to do next. */
  attempt(step: () => Promise<void>): void {
    this.inTurn(step).catch(this.#options.onFailed)
  }

  /** The switch did it for a REFER: citizen and agent are parked. */
  partedByRefer(): void {
    this.#referred = true
    this.#mixedWith = undefined
  }

  /** As an earlier process left it. */
  restoreMixed(thirdLegId: LegId | undefined): void {
    this.#mixedWith = thirdLegId
  }

  /** The citizen hears music, the agent nothing. */
  async separate(): Promise<void> {
    const { switchPort, callerLegId, owner } = this.#options
    const { mixed, agentLegId } = this
    this.#mixedWith = undefined
    if (mixed) await Promise.all([switchPort.park(callerLegId), switchPort.park(agentLegId)])
    else await switchPort.part(callerLegId, agentLegId)
    owner.music()
  }

  /** The agent's phone is lost. A citizen who talked with the agent alone (`alone`) hears music. */
  agentAway({ alone, legEnded }: { alone: boolean; legEnded: boolean }): void {
    this.#agentIsAway = true
    if (alone) this.attempt(() => this.#leave(legEnded))
  }

  async #leave(legEnded: boolean): Promise<void> {
    const { switchPort, callerLegId, owner } = this.#options
    const { mixed, agentLegId } = this
    this.#mixedWith = undefined
    if (mixed) await switchPort.park(callerLegId)
    // The end of a bridge parks whoever is left, and a leg parked twice is asleep.
    else if (!legEnded) await switchPort.part(callerLegId, agentLegId)
    owner.music()
  }

  /** It is back as another leg, which `seat` brings to whom the agent heard before. */
  agentBack(legId: LegId, seat: () => Promise<void>): void {
    this.#agentIsAway = false
    this.#agentLegId = legId
    this.attempt(seat)
  }

  /** The citizen hears music; where the agent is stays as it is. */
  async citizenWaits(): Promise<void> {
    const { switchPort, callerLegId, owner } = this.#options
    await switchPort.park(callerLegId)
    owner.music()
  }

  /** Citizen and agent hear each other; a REFER that came to nothing is refused with `sipStatus`. */
  async rejoin(sipStatus = 0): Promise<void> {
    const { switchPort, callerLegId, owner } = this.#options
    if (this.#agentIsAway) return owner.music()
    const { agentLegId } = this
    owner.silence()
    this.#mixedWith = undefined
    if (!this.#referred) return switchPort.bridge(callerLegId, agentLegId)
    this.#referred = false
    owner.referRefused()
    await switchPort.refuseRefer(callerLegId, agentLegId, sipStatus || 480)
  }

  /** All three hear each other. */
  async mix(thirdLegId: LegId): Promise<void> {
    const { switchPort, callerLegId, callId, owner } = this.#options
    owner.silence()
    this.#mixedWith = thirdLegId
    const parties = [callerLegId, thirdLegId, ...(this.#agentIsAway ? [] : [this.#agentLegId])]
    await Promise.all(parties.map((legId) => switchPort.conference(legId, callId)))
  }

  /** The agent is brought into the conference the two others are in. */
  async mixAgent(): Promise<void> {
    const { switchPort, callId } = this.#options
    await switchPort.conference(this.#agentLegId, callId)
  }

  /** Agent and third party hear each other, while the citizen hears what plays. */
  async consult(thirdLegId: LegId): Promise<void> {
    await this.#options.switchPort.bridge(this.#agentLegId, thirdLegId)
  }

  /** Citizen and third party hear each other. */
  async handOver(thirdLegId: LegId): Promise<void> {
    // All three may be in a conference with each other, or caller and agent in one that an earlier third party left.
    if (this.#mixedWith !== thirdLegId) await this.#options.switchPort.bridge(this.#options.callerLegId, thirdLegId)
  }
}
