import { type Talk, TransferRefused } from '../transfer/index.ts'
import type { CallPartner } from './call.ts'
import type { CallParts } from './call-parts.ts'
import { PhoneNotLost } from './errors.ts'
import type { Leg } from './leg.ts'
import { Monitors } from './monitors.ts'
import type { PhoneReturn } from './phone-return.ts'
import { TalkStage } from './talk-stage.ts'
import type { HandedOver } from './talk-stage-options.ts'

export interface TalkingOptions extends CallParts {
  /** The caller, left without anybody, waits again. */
  readonly onAlone: () => void
}

/** Who has the caller: one agent after the other may, by transfer or take-over, and supervisors listen. */
export class Talking {
  /** Supervisors who listen. */
  readonly monitors: Monitors
  readonly #options: TalkingOptions
  #stage: TalkStage | undefined

  constructor(options: TalkingOptions) {
    this.#options = options
    this.monitors = new Monitors({
      ...options,
      checkTakeOver: () => this.talk.checkAlone(),
      prepareTakeOver: () => this.#prepareTakeOver(),
      onTakenOver: (partner, before) => this.#takenOver(partner, before),
    })
  }

  /** The talk of the agent who has the caller; undefined when none of ours does. */
  get stage(): TalkStage | undefined {
    return this.#stage
  }

  /** What can be asked of the talk: hold, consult, transfer. Throws TransferRefused when nobody talks. */
  get talk(): Talk {
    const { state, callId } = this.#options.call
    if (state !== 'talking' || !this.#stage) throw new TransferRefused(`call ${callId} is ${state}: nobody talks`)
    return this.#stage.talk
  }

  /** The phone of the agent who talks, which can be lost and come back. Throws PhoneNotLost when none talks. */
  get phone(): PhoneReturn {
    const { state, callId } = this.#options.call
    if (state !== 'talking' || !this.#stage) throw new PhoneNotLost(`call ${callId} is ${state}: no agent talks`)
    return this.#stage.phone
  }

  /** An agent of ours has the caller. */
  begin(partner: { agentId: string; leg: Leg }, handedOver?: HandedOver): void {
    const { sound, release } = this.#options
    this.#stage = new TalkStage({
      ...this.#options,
      partner,
      newAudio: (options) => sound.another(options),
      onAlone: () => this.#leftAlone(),
      onPhoneGone: () => release('agent', 'NORMAL_CLEARING', "the agent's phone did not come back"),
      onHandedTo: (next, how) => this.begin(next, how),
      handedOver,
    })
  }

  /** Nobody talks any more, nobody listens. */
  end(): void {
    this.#stage?.close()
    this.#stage = undefined
    this.monitors.close()
  }

  /** The agent went while a third party rang, and that did not answer. */
  #leftAlone(): void {
    const { call, context, onAlone } = this.#options
    if (!call.take('LEFT_ALONE')) return
    context.recorder.unmask(call.callId)
    this.#stage = undefined
    onAlone()
  }

  async #prepareTakeOver(): Promise<() => Promise<void>> {
    const { talk } = this
    await talk.settled
    // What went on meanwhile may have brought in a third party, or ended the talk.
    if (this.talk !== talk) throw new TransferRefused('the call has another agent by now')
    talk.checkAlone()
    // Music that the bridge cuts off must not begin again.
    this.#stage?.silence()
    return () => talk.resume()
  }

  /** A supervisor has the caller; the agent before goes to wrap-up. */
  #takenOver(partner: CallPartner & { readonly agentId: string }, before: CallPartner): void {
    const { call, context, drop } = this.#options
    this.#stage?.close()
    context.recorder.unmask(call.callId)
    call.partner = partner
    this.begin(partner)
    if (before.leg.endedAt === null) drop(before.leg.legId, 'NORMAL_CLEARING')
    if (before.agentId !== null) context.roster.released(before.agentId, call.callId, call.need?.queue ?? '')
  }
}
