import { messageOf } from '../kernel/index.ts'
import type { LegId } from '../switch/index.ts'
import type { CallParts } from './call-parts.ts'
import { holdBack } from './held-back.ts'
import type { Offers } from './offers.ts'
import type { QueueStage } from './queue-stage.ts'

export interface JoiningOptions extends CallParts {
  readonly queue: QueueStage
  readonly offers: Offers
}

/** Milliseconds. */
const limits = { bridge: 3000, lastWord: 250 } as const

/** The moment between an answer and the talk: caller and answered phone are joined at the switch, or the caller waits on. */
export class Joining {
  readonly #options: JoiningOptions

  constructor(options: JoiningOptions) {
    this.#options = options
  }

  /** Joins the caller with the leg that answered. */
  join(legId: LegId): void {
    const { call, switchPort, deadline } = this.#options
    deadline.set(limits.bridge, () => this.failed('no bridge in time'))
    switchPort
      .bridge(call.callerLeg.legId, legId)
      // A refusal mostly says that one of the two is gone: who it is comes right behind, and decides. A caller who hung up
      // as the agent answered does not wait again.
      .catch((error: unknown) => {
        if (call.state === 'connecting') deadline.set(limits.lastWord, () => this.failed(messageOf(error)))
      })
  }

  /** The agent had answered but the two were never joined: the caller waits on, with the old place. */
  failed(reason: string): void {
    const { call, context, sound, deadline, queue, offers, drop, release } = this.#options
    const { partner, need, callId } = call
    if (call.direction === 'outbound' && call.state === 'connecting')
      return release('system', 'NORMAL_TEMPORARY_FAILURE', `bridge failed: ${reason}`)
    if (!partner || !need || !call.take('BRIDGE_FAILED')) return
    const { agentId, leg } = partner
    deadline.cancel()
    const heldBackMs = holdBack(call, context.clock.now())
    context.logger.warn({ callId, agentId, reason, heldBackMs }, 'bridge failed, caller waits on')
    context.log.append('call.join-failed', { callId, agentId, legId: leg.legId, reason, heldBackMs })
    if (leg.endedAt === null) drop(leg.legId, 'NORMAL_CLEARING')
    offers.forget()
    call.answeredAt = undefined
    if (agentId !== null) context.roster.released(agentId, callId, need.queue)
    sound.renew()
    queue.resume('bridge-failed')
  }
}
