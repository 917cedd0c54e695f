import { isBrowserPhone, newId } from '../kernel/index.ts'
import type { HangupCause, LegId, SwitchPort } from '../switch/index.ts'
import type { Call, CallPartner } from './call.ts'
import type { CallContext } from './call-context.ts'
import { PhoneNotLost } from './errors.ts'
import { Leg } from './leg.ts'
import { Ringing } from './ringing.ts'

export interface PhoneReturnOptions {
  readonly call: Call
  readonly partner: CallPartner & { readonly agentId: string }
  readonly switchPort: SwitchPort
  readonly context: CallContext
  readonly ownLeg: (legId: LegId) => void
  readonly drop: (legId: LegId, cause: HangupCause) => void
  /** Nobody hears the agent any more, for now. */
  readonly onLost: (how: { readonly legEnded: boolean }) => void
  /** The agent's phone answered again, by another leg. */
  readonly onBack: (leg: Leg) => void
  /** The phone did not come back in time. */
  readonly onGone: () => void
}

/** Seconds the page that asked has for answering by itself. */
const answersWithin = 8

/**
 * A phone in a browser dies with its page, and says nothing: a reload would end the call. Its agent did not hang up, and that is
 * known: a hang-up comes as BYE, a leg that is given up by the switch has another cause, and a page that goes says so.
 * The caller is kept for some seconds, and the phone is rung anew when the page asks for it.
 */
export class PhoneReturn {
  readonly #options: PhoneReturnOptions
  #leg: Leg
  #away = false
  #ringing: { readonly leg: Leg; readonly ringing: Ringing } | undefined
  #cancelDeadline = () => {}

  constructor(options: PhoneReturnOptions) {
    this.#options = options
    this.#leg = options.partner.leg
  }

  get away(): boolean {
    return this.#away
  }

  /** The page that goes: `legId` is the leg it had, which may not be the present one any more. */
  left(legId: LegId): void {
    if (legId === this.#leg.legId && this.#inBrowser) this.#lost('page left')
  }

  /** The agent's leg ended. Returns whether it is waited for. */
  legEnded(cause: HangupCause): boolean {
    if (!this.#away && this.#inBrowser && cause !== 'NORMAL_CLEARING') this.#lost(cause)
    return this.#away
  }

  /** Rings the phone for a page that has no call, or throws PhoneNotLost. */
  ring(): void {
    const { call, partner, context, ownLeg } = this.#options
    if (!this.#inBrowser) throw new PhoneNotLost(`${partner.agentId} is at a phone that keeps its call by itself`)
    this.#lost('page loaded again')
    if (this.#ringing) return
    const leg = new Leg({ legId: newId(), role: 'agent', createdAt: context.clock.now() })
    call.legs.push(leg)
    ownLeg(leg.legId)
    const { callerNumber, callerName } = call.identity
    const extension = this.#extension
    const ringing = new Ringing({
      ...this.#options,
      leg,
      extension,
      callerNumber,
      callerName,
      ringFor: answersWithin,
      onAnswered: (at) => this.#answered(leg, at),
      onFailed: () => this.#notAnswered(leg),
    })
    this.#ringing = { leg, ringing }
    ringing.start()
  }

  /** The talk is over, or somebody else's. */
  close(): void {
    this.#away = false
    this.#cancelDeadline()
    this.#giveUpRinging()
  }

  get #extension(): string {
    const { context, partner } = this.#options
    return context.roster.get(partner.agentId).context.extension ?? ''
  }

  get #inBrowser(): boolean {
    return isBrowserPhone(this.#extension)
  }

  #lost(reason: string): void {
    if (this.#away) return
    this.#away = true
    const { call, partner, context, onLost } = this.#options
    const fact = { callId: call.callId, agentId: partner.agentId, legId: this.#leg.legId }
    context.log.append('call.phone-lost', { ...fact, reason })
    this.#cancelDeadline = context.clock.after(context.phoneReturnWithin * 1000, () => this.#gone())
    onLost({ legEnded: this.#leg.endedAt !== null })
  }

  #answered(leg: Leg, at: number): void {
    if (this.#ringing?.leg !== leg) return
    const { call, partner, context, drop, onBack } = this.#options
    this.#ringing.ringing.stop()
    this.#ringing = undefined
    this.#cancelDeadline()
    this.#away = false
    leg.answeredAt ??= at
    const before = this.#leg
    this.#leg = leg
    context.log.append('call.phone-returned', { callId: call.callId, agentId: partner.agentId, legId: leg.legId })
    onBack(leg)
    if (before.endedAt === null) drop(before.legId, 'NORMAL_CLEARING')
  }

  /** It may be asked for again, as long as it is waited for. */
  #notAnswered(leg: Leg): void {
    if (this.#ringing?.leg === leg) this.#giveUpRinging()
  }

  #giveUpRinging(): void {
    const given = this.#ringing
    this.#ringing = undefined
    given?.ringing.stop()
    if (given && given.leg.endedAt === null) this.#options.drop(given.leg.legId, 'ORIGINATOR_CANCEL')
  }

  #gone(): void {
    this.close()
    if (this.#leg.endedAt === null) this.#options.drop(this.#leg.legId, 'NORMAL_CLEARING')
    this.#options.onGone()
  }
}
