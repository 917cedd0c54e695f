import { newId } from '../kernel/index.ts'
import type { HangupCause, LegId } from '../switch/switch-port.ts'
import type { EmergencyRequest } from './emergency.ts'
import type { TalkParts } from './talk-parts.ts'
import type { Target, ThirdParty } from './target.ts'
import { thirdOutcome } from './third-outcome.ts'

/** The third party of a talk, one at a time: rung for agent or citizen, talked with, joined by both, left alone with the citizen. */
export class Consultation {
  readonly #talk: TalkParts
  readonly #states: TalkParts['states']
  readonly #steps: TalkParts['steps']
  readonly #facts: TalkParts['facts']
  readonly #owner: TalkParts['owner']
  #third: ThirdParty | undefined
  #agentIsGone = false
  /** The agent has talked with the third party. */
  #introduced = false

  constructor(talk: TalkParts) {
    this.#talk = talk
    this.#states = talk.states
    this.#steps = talk.steps
    this.#facts = talk.facts
    this.#owner = talk.owner
  }

  /** Who is brought in, or being rung. */
  get third(): ThirdParty | undefined {
    return this.#third
  }

  /** As an earlier process left it. */
  restore(third: ThirdParty | undefined, { introduced }: { introduced: boolean }): void {
    this.#third = third
    this.#introduced = introduced
  }

  /** Rings the target, for the agent or for the citizen. `apart`: citizen and agent are separated already. */
  async call(type: 'CONSULT' | 'TRANSFER', target: Target, { apart = false } = {}): Promise<void> {
    const wasHeld = this.#states.state === 'held' || apart
    this.#states.command(type)
    const third = { legId: newId(), target }
    this.#third = third
    this.#introduced = false
    this.#owner.thirdBegins(third)
    this.#facts.started(third, type === 'CONSULT' ? 'consult' : 'transfer')
    if (!wasHeld) await this.#steps.inTurn(() => this.#steps.separate())
    // The agent may have taken the citizen back meanwhile.
    if (this.#third === third) this.#dial(third)
  }

  /**
   * Rings an emergency service while citizen and agent go on talking, whatever they were in before. With the answer all
   * three hear each other, or citizen and service alone.
   */
  async emergency(target: Target & { readonly emergency: EmergencyRequest }): Promise<void> {
    const together = this.#states.state === 'talking'
    this.#states.command('EMERGENCY')
    this.#dropThird('NORMAL_CLEARING')
    const third = { legId: newId(), target }
    this.#third = third
    this.#introduced = false
    this.#owner.thirdBegins(third)
    this.#facts.emergencyStarted(third, target.emergency)
    // Not one after the other: every second counts.
    this.#dial(third)
    if (!together) await this.#steps.inTurn(() => this.#steps.rejoin())
  }

  /** Brings the citizen back to the agent and lets the third party go. */
  async giveBack(): Promise<void> {
    const rang = this.#states.state === 'alarming'
    this.#states.command('RETURN')
    const service = this.#third?.target.emergency && this.#third.target.name
    this.#dropThird('NORMAL_CLEARING')
    if (service !== undefined) this.#facts.emergencyReturned(service, 'agent')
    if (rang) return
    await this.#steps.inTurn(() => this.#steps.rejoin())
    this.#facts.returned('agent')
  }

  /** Citizen and third party talk alone; the agent is out. */
  async complete(): Promise<void> {
    this.#states.command('COMPLETE')
    await this.#steps.inTurn(() => this.#handOver())
  }

  /** All three hear each other. */
  async join(): Promise<void> {
    this.#states.command('JOIN')
    const third = this.#third
    if (third) await this.#steps.inTurn(() => this.#mix(third))
  }

  /** The third party's phone answered. */
  answered(legId: LegId): void {
    const third = this.#third
    if (third?.legId !== legId) return
    const before = this.#states.state
    if (!this.#states.take('ANSWERED')) return
    this.#owner.thirdAnswered()
    const { emergency } = third.target
    if (emergency) return this.#serviceAnswered(third, emergency)
    if (before === 'consulting') {
      this.#introduced = true
      this.#facts.third('call.consulted', third)
      this.#steps.attempt(() => this.#steps.consult(legId))
    } else this.#steps.attempt(() => this.#handOver())
  }

  #serviceAnswered(third: ThirdParty, { mode }: EmergencyRequest): void {
    this.#facts.emergencyConnected(third, mode)
    // Without an agent the two are alone whatever was asked for.
    if (this.#states.state === 'conference' && mode === 'hand-over') this.#states.take('COMPLETE')
    if (this.#states.state === 'conference') this.#steps.attempt(() => this.#mix(third))
    else this.#steps.attempt(() => this.#handOver())
  }

  /** The service could not be had, or hung up while the agent is still there: citizen and agent go on. */
  #serviceEnded(cause: HangupCause): void {
    const [rang, joined] = [this.#states.state === 'alarming', this.#steps.mixed]
    const gone = this.#states.take('THIRD_GONE')
    if (!gone && !this.#states.take('FAILED')) return
    const service = this.#third?.target.name ?? ''
    this.#third = undefined
    this.#facts.emergencyReturned(service, gone ? 'service hung up' : thirdOutcome(cause))
    if (this.#states.state === 'lost' || this.#agentIsGone) return this.#owner.callerIsAlone()
    if (!rang && !joined) this.#steps.attempt(() => this.#steps.rejoin())
  }

  /** The third party could not be had, or hung up. */
  ended(legId: LegId, cause: HangupCause, sipStatus: number): void {
    const third = this.#third
    if (third?.legId !== legId) return
    if (third.target.emergency) return this.#serviceEnded(cause)
    if (this.#states.take('THIRD_GONE')) {
      this.#third = undefined
      // In a conference the two others go on hearing each other.
      if (!this.#steps.mixed) this.#steps.attempt(() => this.#steps.rejoin())
      this.#facts.returned('third party hung up')
      return
    }
    if (!this.#states.take('FAILED')) return
    this.#third = undefined
    const outcome = thirdOutcome(cause)
    this.#facts.failed(third, { outcome, cause, sipStatus })
    if (this.#states.state === 'lost' || this.#agentIsGone) return this.#owner.callerIsAlone()
    this.#steps.attempt(() => this.#steps.rejoin(sipStatus))
    this.#facts.returned(outcome)
  }

  /** The agent hung up. Returns whether the call goes on without. */
  agentEnded(): boolean {
    this.#agentIsGone = true
    const ringsForBoth = this.#states.state === 'alarming'
    if (!this.#states.take('AGENT_GONE') || this.#states.state === 'over') return false
    if (ringsForBoth) this.#owner.music()
    if (this.#states.state === 'transferred') this.#steps.attempt(() => this.#handOver())
    return true
  }

  #dial(third: ThirdParty): void {
    const { switchPort, callerNumber, callerName } = this.#talk
    const { extension, ringFor } = third.target
    switchPort
      .dial({ legId: third.legId, extension, callerNumber, callerName, timeoutSeconds: ringFor })
      .then((outcome) => {
        if (outcome.kind === 'answered') this.answered(third.legId)
        else this.ended(third.legId, outcome.cause, 0)
      })
      .catch(() => this.ended(third.legId, 'NETWORK_OUT_OF_ORDER', 0))
  }

  async #mix(third: ThirdParty): Promise<void> {
    // Gone while its turn came: citizen and agent are together again.
    if (this.#states.state !== 'conference') return
    await this.#steps.mix(third.legId)
    this.#facts.third('call.conferenced', third)
  }

  async #handOver(): Promise<void> {
    const third = this.#third
    if (!third) return
    this.#owner.silence()
    try {
      await this.#steps.handOver(third.legId)
    } catch (error) {
      this.#talk.complain(error)
      return await this.#handOverFailed(third.legId)
    }
    // In one go: whoever hears of it and asks whose the call is, an agent it was handed to for one, is told so.
    this.#facts.third('call.transferred', third)
    this.#owner.agentLeaves({ referred: this.#steps.referred, introduced: this.#introduced })
  }

  /** The third party was gone in the moment it was to be joined with the citizen. */
  async #handOverFailed(thirdLegId: LegId): Promise<void> {
    if (!this.#states.take('FAILED')) return
    const { emergency, name: service = '' } = this.#third?.target ?? {}
    this.#third = undefined
    this.#owner.thirdEnds(thirdLegId, 'NORMAL_CLEARING')
    if (emergency) this.#facts.emergencyReturned(service, 'service hung up')
    if (this.#agentIsGone) return this.#owner.callerIsAlone()
    await this.#steps.rejoin()
    this.#facts.returned('third party hung up')
  }

  #dropThird(cause: HangupCause): void {
    const third = this.#third
    this.#third = undefined
    if (third) this.#owner.thirdEnds(third.legId, cause)
  }
}
