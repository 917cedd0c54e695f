import type { HangupCause, LegId } from '../switch/switch-port.ts'
import { Consultation } from './consultation.ts'
import type { EmergencyRequest } from './emergency.ts'
import type { RestoredTalk, TalkOptions } from './talk-options.ts'
import { type TalkParts, talkParts } from './talk-parts.ts'
import type { Target } from './target.ts'
import type { TalkInput, TalkState } from './transfer-machine.ts'

/**
 * The talk between citizen, agent and, by turns, a third party. The machine decides what may follow; each step is
 * then carried out at the switch. A step that fails there brings citizen and agent together again.
 */
export class Talk {
  readonly #parts: TalkParts
  readonly #consultation: Consultation

  constructor(options: TalkOptions) {
    this.#parts = talkParts(options)
    this.#consultation = new Consultation(this.#parts)
  }

  get state(): TalkState {
    return this.#parts.states.state
  }

  /** Who is brought in, or being rung. */
  get thirdName(): string | undefined {
    return this.#consultation.third?.target.name
  }

  get thirdLegId(): LegId | undefined {
    return this.#consultation.third?.legId
  }

  /**
   * A talk of an earlier process, where it stood by the log. The caller hears music where nobody else is heard, and what has
   * happened since is told in the usual ways. `together`: agent and third party hear each other.
   */
  restore({ state, third, together }: RestoredTalk): void {
    const { states, steps, owner } = this.#parts
    states.restore(state)
    this.#consultation.restore(third, { introduced: state === 'consulted' || state === 'conference' })
    if (state === 'conference') steps.restoreMixed(third?.legId)
    else if (state === 'consulted' && third && !together) {
      // The end came between two steps: whatever they are in, they come out of it.
      steps.attempt(async () => {
        await steps.citizenWaits()
        await steps.consult(third.legId)
      })
    } else if (state !== 'alarming') owner.music()
  }

  /** The citizen hears music, the agent nothing. */
  async hold(): Promise<void> {
    const { states, steps, facts } = this.#parts
    states.command('HOLD')
    await steps.inTurn(() => steps.separate())
    facts.hold('call.held')
  }

  async retrieve(): Promise<void> {
    const { states, steps, facts } = this.#parts
    states.command('RETRIEVE')
    await steps.inTurn(() => steps.rejoin())
    facts.hold('call.retrieved')
  }

  /** The citizen hears the advice, then both are together again. */
  async advise(target: string, files: readonly string[]): Promise<void> {
    const { states, steps, facts, owner } = this.#parts
    const wasHeld = states.state === 'held'
    states.command('ADVISE')
    facts.advised(target)
    if (!wasHeld) await steps.inTurn(() => steps.separate())
    if (states.state !== 'advising') return
    owner.advice(files, () => {
      if (states.take('ADVISED')) steps.attempt(() => steps.rejoin())
    })
  }

  /** Rings the target for the agent while the citizen hears music. */
  async consult(target: Target): Promise<void> {
    await this.#consultation.call('CONSULT', target)
  }

  /** Rings the target for the citizen; the agent is free when it answers, and has the citizen back when it does not. */
  async transfer(target: Target): Promise<void> {
    await this.#consultation.call('TRANSFER', target)
  }

  /**
   * Rings an emergency service while citizen and agent go on talking, whatever they were in before. With the answer all
   * three hear each other, or citizen and service alone.
   */
  async emergency(target: Target & { readonly emergency: EmergencyRequest }): Promise<void> {
    await this.#consultation.emergency(target)
  }

  /** Throws TransferRefused when the state does not allow it now. */
  check(type: TalkInput['type']): void {
    this.#parts.states.check(type)
  }

  /** As `transfer`, asked for by the agent's phone with REFER: the switch has parked citizen and agent already. */
  transferReferred(target: Target): void {
    const { steps, owner, complain } = this.#parts
    steps.partedByRefer()
    owner.music()
    this.#consultation.call('TRANSFER', target, { apart: true }).catch(complain)
  }

  /** The REFER is refused, and those it parted are together again. */
  refuseRefer(referredLegId: LegId, sipStatus: number): void {
    const { steps, switchPort, owner } = this.#parts
    const other = this.#otherOf(referredLegId)
    owner.referRefused()
    steps.attempt(() => switchPort.refuseRefer(referredLegId, other, sipStatus))
  }

  /** Brings the citizen back to the agent and lets the third party go. */
  async giveBack(): Promise<void> {
    await this.#consultation.giveBack()
  }

  /** Citizen and third party talk alone; the agent is out. */
  async complete(): Promise<void> {
    await this.#consultation.complete()
  }

  /** All three hear each other. */
  async join(): Promise<void> {
    await this.#consultation.join()
  }

  /** The third party's phone answered. */
  answered(legId: LegId): void {
    this.#consultation.answered(legId)
  }

  /** The third party could not be had, or hung up. */
  thirdEnded(legId: LegId, cause: HangupCause, sipStatus: number): void {
    this.#consultation.ended(legId, cause, sipStatus)
  }

  /** The agent hung up. Returns whether the call goes on without. */
  agentEnded(): boolean {
    return this.#consultation.agentEnded()
  }

  /** The agent's phone is lost and waited for. */
  agentAway({ legEnded }: { legEnded: boolean }): void {
    const alone = this.state === 'talking' || this.state === 'alarming'
    this.#parts.steps.agentAway({ alone, legEnded })
  }

  /** The agent's phone is back as another leg, and hears whom it heard before. */
  agentBack(legId: LegId): void {
    this.#parts.steps.agentBack(legId, () => this.#seat())
  }

  async #seat(): Promise<void> {
    const { steps } = this.#parts
    const { state, thirdLegId } = this
    if (state === 'conference') await steps.mixAgent()
    else if (state === 'consulted' && thirdLegId !== undefined) await steps.consult(thirdLegId)
    else if (state === 'talking' || state === 'alarming') await steps.rejoin()
  }

  /** Resolves when the switch has done what was asked for so far. */
  get settled(): Promise<void> {
    return this.#parts.steps.settled
  }

  /** Throws TransferRefused unless citizen and agent have the talk, held or not, to themselves. */
  checkAlone(): void {
    this.#parts.states.checkAlone()
  }

  /** After a take-over that could not be: citizen and agent hear again what they heard. */
  async resume(): Promise<void> {
    const { steps } = this.#parts
    if (this.state === 'talking') await steps.rejoin()
    // The agent's leg was never touched.
    else if (this.state === 'held') await steps.citizenWaits()
  }

  /** With whom the leg talked, by the state. */
  #otherOf(legId: LegId): LegId {
    const { callerLegId, steps } = this.#parts
    const { agentLegId } = steps
    const third = this.thirdLegId ?? agentLegId
    const pair = { consulted: [agentLegId, third], transferred: [callerLegId, third] }[String(this.state)]
    const [one = callerLegId, other = agentLegId] = pair ?? []
    return legId === one ? other : one
  }
}
