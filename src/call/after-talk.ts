import type { CallParts } from './call-parts.ts'
import { RatingStage } from './rating-stage.ts'
import type { Talking } from './talking.ts'

export interface AfterTalkOptions extends CallParts {
  readonly talking: Talking
}

/** What follows a talk whose agent hung up first: the caller may be asked for a rating, and the agent is free at once. */
export class AfterTalk {
  readonly #options: AfterTalkOptions
  #rating: RatingStage | undefined

  constructor(options: AfterTalkOptions) {
    this.#options = options
  }

  /** Whether the caller is asked for a rating instead of being released with the agent. */
  begin(at: number): boolean {
    const { call, context, sound, talking, drop, release } = this.#options
    const { partner, need, callerLeg, callId } = call
    // Whom we called did not ask for anything.
    if (call.direction !== 'inbound' || !partner?.agentId || !need || callerLeg.endedAt !== null) return false
    if (!context.queue(need.queue).rating || !call.take('RATING')) return false
    const { agentId, leg } = partner
    const { queue } = need
    call.talkedUntil = at
    if (leg.endedAt === null) drop(leg.legId, 'NORMAL_CLEARING')
    talking.end()
    context.recorder.stop(callId)
    context.roster.released(agentId, callId, queue)
    const onDone = () => release('agent', 'NORMAL_CLEARING', 'agent hung up')
    // Nothing of ours plays in a talk.
    this.#rating = new RatingStage({ call, agentId, queue, context, audio: sound.begin(), onDone })
    this.#rating.start()
    return true
  }

  /** The switch parked the caller. */
  parked(): void {
    this.#rating?.parked()
  }

  digit(digit: string): void {
    this.#rating?.digit(digit)
  }

  close(): void {
    this.#rating?.close()
  }
}
