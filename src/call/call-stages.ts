import type { LegId } from '../switch/index.ts'
import { AfterTalk } from './after-talk.ts'
import { Arrival } from './arrival.ts'
import { type CallParts, record } from './call-parts.ts'
import { Joining } from './joining.ts'
import { Offers } from './offers.ts'
import { OutboundFlow, type OutboundRequest } from './outbound-flow.ts'
import { QueueStage } from './queue-stage.ts'
import { Talking } from './talking.ts'
import { VoicemailStage } from './voicemail-stage.ts'

export interface CallStagesOptions extends CallParts {
  /** A phone that rang for the waiting caller answered. */
  readonly onAnswered: (legId: LegId, at: number) => void
}

/** The stages of one call in the order of its way, and how they lead to one another. */
export class CallStages {
  readonly arrival: Arrival
  readonly voicemail: VoicemailStage
  readonly queue: QueueStage
  readonly offers: Offers
  readonly joining: Joining
  readonly talking: Talking
  readonly afterTalk: AfterTalk
  readonly #options: CallStagesOptions
  #outbound: OutboundFlow | undefined

  constructor(options: CallStagesOptions) {
    this.#options = options
    this.arrival = new Arrival({
      ...options,
      onNeed: (need, front) => this.queue.enter(need, front),
      onVoicemail: (wanted) => this.voicemail.enter(wanted),
    })
    this.voicemail = this.#newVoicemail()
    this.queue = this.#newQueue()
    this.offers = new Offers({ ...options, queue: this.queue })
    this.joining = new Joining({ ...options, queue: this.queue, offers: this.offers })
    this.talking = new Talking({ ...options, onAlone: () => this.#leftAlone() })
    this.afterTalk = new AfterTalk({ ...options, talking: this.talking })
  }

  /** A call out, until its parties talk. */
  get outbound(): OutboundFlow | undefined {
    return this.#outbound
  }

  /** A call out begins: the agent's phone, then the citizen's. */
  place(request: OutboundRequest): void {
    const { call } = this.#options
    call.language = request.language
    const owner = { ...this.#options, onAnswered: (at: number) => this.#citizenReached(at) }
    this.#outbound = new OutboundFlow({ ...this.#options, request, owner })
    this.#outbound.start()
  }

  /** Agent and citizen of a call out talk. */
  outboundJoined(): void {
    this.#outbound?.joined()
    this.#outbound = undefined
  }

  /** A key the caller pressed. */
  digit(digit: string): void {
    if (!this.arrival.digit(digit)) this.queue.digit(digit)
    this.afterTalk.digit(digit)
    this.voicemail.digit(digit)
  }

  /** Whatever goes on without a person is over: somebody answered, or the call has ended. */
  stop(): void {
    const { deadline, sound } = this.#options
    deadline.cancel()
    this.arrival.close()
    this.queue.stop()
    this.afterTalk.close()
    this.voicemail.close()
    sound.audio.close()
  }

  #citizenReached(at: number): void {
    const { call } = this.#options
    const { partner } = call
    call.answeredAt = at
    if (partner) this.joining.join(partner.leg.legId)
    record(this.#options, partner?.agentId ?? null)
  }

  #newVoicemail(): VoicemailStage {
    const { sound, release } = this.#options
    return new VoicemailStage({
      ...this.#options,
      audio: () => sound.audio,
      onDone: (reason) => release('system', 'NORMAL_CLEARING', reason),
    })
  }

  #newQueue(): QueueStage {
    const { call, context, sound, release } = this.#options
    return new QueueStage({
      call,
      context,
      audio: () => sound.audio,
      onBranch: (number) => this.offers.toBranch(number),
      onGivenUp: () =>
        release('system', 'NORMAL_CLEARING', call.content ? 'callback asked for' : 'longest wait is over'),
      onVoicemail: (wanted) => this.voicemail.enter({ ...wanted, reason: 'overflow' }),
    })
  }

  /** The caller is queued again, at the old place. */
  #leftAlone(): void {
    this.offers.forget()
    this.#options.sound.renew()
    this.queue.resume('left-alone')
  }
}
