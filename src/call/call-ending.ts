import type { EventData } from '../events/index.ts'
import type { Cancel } from '../kernel/index.ts'
import type { HangupCause } from '../switch/index.ts'
import type { Call } from './call.ts'
import type { CallContext } from './call-context.ts'
import type { CallState } from './call-machine.ts'

export interface Ending {
  /** The state the call was in. */
  readonly before: CallState
  readonly by: EventData<'call.released'>['by']
  readonly cause: HangupCause
  readonly reason: string
  readonly at: number
}

/** Milliseconds the last fact waits for the other leg's end. */
const lastLegWithin = 3000

/** The end of a call in the log: abandoned or not, and one last fact that tells both legs' timings and causes. */
export class CallEnding {
  readonly #call: Call
  readonly #context: CallContext
  readonly #onClosed: () => void
  #ending: Ending | undefined
  #cancelDeadline: Cancel = () => {}

  constructor({ call, context, onClosed }: { call: Call; context: CallContext; onClosed: () => void }) {
    this.#call = call
    this.#context = context
    this.#onClosed = onClosed
  }

  /** The call is released; its legs may end later. */
  begin(ending: Ending): void {
    this.#ending = ending
    const { direction, answeredAt, content } = this.#call
    const waited = direction === 'inbound' && answeredAt === undefined && !content && ending.before !== 'voicemail'
    if (waited && ending.by === 'caller') this.#recordAbandon(ending)
    this.#cancelDeadline = this.#context.clock.after(lastLegWithin, () => this.#close())
    this.legEnded()
  }

  /** A leg ended; with the last of them the call is closed. */
  legEnded(): void {
    if (this.#call.legs.every(({ endedAt }) => endedAt !== null)) this.#close()
  }

  #recordAbandon({ before, at }: Ending): void {
    const { callId, need, offeredAt } = this.#call
    const where = before === 'arriving' ? 'arrival' : before === 'menu' ? 'menu' : 'queue'
    const waitedMs = Math.max(0, at - (need?.queuedAt ?? offeredAt))
    this.#context.log.append('call.abandoned', { callId, queue: need?.queue ?? null, waitedMs, where }, at)
  }

  #close(): void {
    if (!this.#ending) return
    const { by, cause, reason, at } = this.#ending
    this.#ending = undefined
    this.#cancelDeadline()
    const { callId, bridgedAt, talkedUntil = at } = this.#call
    const talkedMs = bridgedAt === undefined ? 0 : Math.max(0, talkedUntil - bridgedAt)
    const legs = this.#call.legs.map((leg) => leg.facts())
    this.#context.log.append('call.released', { callId, by, cause, reason, talkedMs, legs }, at)
    this.#onClosed()
  }
}
