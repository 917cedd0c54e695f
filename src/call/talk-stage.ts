import { messageOf } from '../kernel/index.ts'
import type { HangupCause, LegId } from '../switch/index.ts'
import { Talk, type TalkOwner, type Target, UnknownTarget } from '../transfer/index.ts'
import type { Leg } from './leg.ts'
import { PhoneReturn } from './phone-return.ts'
import { takeBack } from './take-back.ts'
import { TalkSound } from './talk-sound.ts'
import type { HandedOver, RestoredTalkStage, TalkStageOptions } from './talk-stage-options.ts'
import { ThirdParty } from './third-party.ts'

/** Milliseconds in which a phone hangs up because its REFER was refused, and not because the talk is over. */
const hangsUpWithin = 2000
/** Milliseconds for the switch's NOTIFY to reach a phone that asked by REFER, which then hangs up by itself (RFC 5589). */
const notifyTakes = 300

/** The talk as part of a call: legs, music, and the state of the agents who take part. */
export class TalkStage implements TalkOwner {
  readonly talk: Talk
  /** The agent's phone, should it be lost. */
  readonly phone: PhoneReturn
  readonly #options: TalkStageOptions
  #partner: TalkStageOptions['partner']
  readonly #sound: TalkSound
  readonly #third: ThirdParty
  #referRefusedAt = Number.NEGATIVE_INFINITY
  #handedOver: HandedOver | undefined

  constructor(options: TalkStageOptions) {
    this.#options = options
    const { call, partner, switchPort, context } = options
    this.#partner = partner
    this.#handedOver = options.handedOver
    this.#third = new ThirdParty(options)
    this.#sound = new TalkSound({ newAudio: options.newAudio, promptsDir: context.promptsDir })
    const { callId, callerNumber, callerName } = call.identity
    this.talk = new Talk({
      callId,
      callerLegId: call.callerLeg.legId,
      agentId: partner.agentId,
      agentLegId: partner.leg.legId,
      callerNumber,
      callerName,
      switchPort,
      log: context.log,
      logger: context.logger,
      owner: this,
    })
    const onLost = (how: { legEnded: boolean }) => this.talk.agentAway(how)
    const onBack = (leg: Leg) => this.#agentBack(leg)
    this.phone = new PhoneReturn({ ...options, onLost, onBack, onGone: () => this.#agentGone() })
  }

  played(playbackId: string): void {
    this.#sound.played(playbackId)
  }

  /** The talk of an earlier process, as the log has it; its third party's leg may have ended since. */
  restore({ held, third, together }: RestoredTalkStage): void {
    this.#sound.restored()
    if (!third) return held ? this.talk.restore({ state: 'held', third: undefined, together }) : undefined
    const { call, context, partner } = this.#options
    const target = context.targets.restored(third, call.callId, partner.agentId)
    this.thirdBegins({ legId: third.legId, target })
    this.talk.restore({ state: third.state, third: { legId: third.legId, target }, together })
  }

  /**
   * The third party still rings, for a process that is gone: nobody would hear the answer. An emergency service is rung anew,
   * anybody else is let go and the citizen is back with the agent.
   */
  ringAgain(): void {
    const third = this.#third.present
    if (!third) return
    const { call, context, drop } = this.#options
    const { emergency } = third.target
    const { legId } = third.leg
    this.#third.withdrawn()
    drop(legId, 'NORMAL_CLEARING')
    this.talk.thirdEnded(legId, 'ORIGINATOR_CANCEL', 0)
    if (!emergency || this.talk.state !== 'talking') return
    this.talk.emergency({ ...third.target, emergency }).catch((error: unknown) => {
      context.logger.warn({ callId: call.callId, reason: messageOf(error) }, 'the emergency service is not rung anew')
    })
  }

  /** Whether the leg is the third party's, present or past. */
  isThird(legId: LegId): boolean {
    if (legId === this.#partner.leg.legId) return false
    return this.#options.call.legs.some((leg) => leg.role === 'third' && leg.legId === legId)
  }

  /** The leg was sent to `number` by REFER: the agent's phone may do so with the citizen, nobody else. */
  referred(legId: LegId, number: string): void {
    const { call, context, partner } = this.#options
    const { talk } = this
    if (legId !== call.callerLeg.legId) return talk.refuseRefer(legId, 403)
    let target: Target
    try {
      talk.check('TRANSFER')
      target = context.targets.claimNumber(number, call.callId)
    } catch (error) {
      const about = { callId: call.callId, agentId: partner.agentId, reason: messageOf(error) }
      context.logger.info(about, 'REFER refused')
      return talk.refuseRefer(legId, error instanceof UnknownTarget ? 404 : 480)
    }
    talk.transferReferred(target)
  }

  /** A third party's leg ended. Returns whether the call goes on. */
  thirdEnded(legId: LegId, cause: HangupCause, sipStatus: number): boolean {
    if (this.talk.state === 'transferred' && this.#options.call.partner?.leg.legId === legId) return this.#cameBack()
    if (this.#third.isPresent(legId)) {
      this.#third.free()
      this.talk.thirdEnded(legId, cause, sipStatus)
    }
    return true
  }

  /** Whoever took the citizen over hung up so soon that the two have not talked: the citizen waits here again. */
  #cameBack(): boolean {
    const { call, context, onAlone } = this.#options
    const handed = this.#handedOver
    this.#handedOver = undefined
    const seconds = handed ? (context.clock.now() - handed.at) / 1000 : Number.POSITIVE_INFINITY
    if (!handed || call.callerLeg.endedAt !== null || seconds >= (handed.target.returnWithin ?? 0)) return false
    takeBack(call, context, handed)
    onAlone()
    return true
  }

  /** The agent's leg ended. Returns whether the call goes on. */
  agentLegEnded(cause: HangupCause): boolean {
    return this.phone.legEnded(cause) || this.#agentEnded()
  }

  #agentBack(leg: Leg): void {
    this.#partner = { agentId: this.#partner.agentId, leg }
    this.#options.call.partner = this.#partner
    this.talk.agentBack(leg.legId)
  }

  /** Waited for in vain: a caller who was with the agent alone waits again, before those who came later. */
  #agentGone(): void {
    const { call, onPhoneGone } = this.#options
    if (call.need && ['talking', 'held', 'advising'].includes(this.talk.state)) this.leaveCallerAlone()
    else if (!this.#agentEnded()) onPhoneGone()
  }

  #agentEnded(): boolean {
    if (this.talk.state === 'talking' && this.#cameBack()) return true
    // Some phones (baresip 1.0) hang up when their REFER is refused; the citizen is not to pay for that.
    if (this.#options.context.clock.now() - this.#referRefusedAt < hangsUpWithin && this.talk.state === 'talking') {
      this.leaveCallerAlone()
      return true
    }
    if (!this.talk.agentEnded()) return false
    // Free at once, also while the third party still rings.
    this.#freeAgent()
    return true
  }

  /** The agent is free, and the caller waits again at the old place. */
  leaveCallerAlone(): void {
    this.#freeAgent()
    this.callerIsAlone()
  }

  #freeAgent(): void {
    const { call, context } = this.#options
    context.roster.released(this.#partner.agentId, call.callId, call.need?.queue ?? '')
  }

  /** The call is over: nothing more is played. */
  close(): void {
    this.phone.close()
    this.silence()
    this.#third.free()
  }

  music(): void {
    this.#sound.music()
  }

  advice(files: readonly string[], then: () => void): void {
    this.#sound.advice(files, then)
  }

  silence(): void {
    this.#sound.silence()
  }

  thirdBegins(third: { legId: LegId; target: Target }): void {
    this.#third.begins(third)
  }

  thirdAnswered(): void {
    this.#third.answered()
  }

  thirdEnds(legId: LegId, cause: HangupCause): void {
    this.#options.drop(legId, cause)
    if (this.#third.isPresent(legId)) this.#third.free()
  }

  agentLeaves({ referred, introduced }: { referred: boolean; introduced: boolean }): void {
    const { call, context, drop } = this.#options
    const partner = this.#partner
    this.phone.close()
    context.recorder.unmask(call.callId)
    const third = this.#third.becomesPartner()
    if (!third) return
    const { agentId } = third.target
    this.#handedOver = introduced ? undefined : { target: third.target, by: partner.agentId, at: context.clock.now() }
    const leave = () => {
      if (partner.leg.endedAt === null) drop(partner.leg.legId, 'NORMAL_CLEARING')
      this.#freeAgent()
    }
    if (referred) context.clock.after(notifyTakes, leave)
    else leave()
    if (agentId !== undefined) this.#options.onHandedTo({ agentId, leg: third.leg }, this.#handedOver)
  }

  referRefused(): void {
    this.#referRefusedAt = this.#options.context.clock.now()
  }

  callerIsAlone(): void {
    this.silence()
    this.#options.onAlone()
  }
}
