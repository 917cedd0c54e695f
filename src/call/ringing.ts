import { type Cancel, messageOf } from '../kernel/index.ts'
import type { HangupCause, SwitchPort } from '../switch/index.ts'
import type { CallContext } from './call-context.ts'
import type { Leg } from './leg.ts'

export interface RingingOptions {
  readonly leg: Leg
  /** The user part dialled through the edge. */
  readonly extension: string
  /** What the phone shows. */
  readonly callerNumber: string
  readonly callerName: string
  /** Seconds. */
  readonly ringFor: number
  readonly switchPort: SwitchPort
  readonly context: CallContext
  readonly onAnswered: (at: number) => void
  readonly onFailed: (cause: HangupCause, sipStatus: number) => void
}

/** Milliseconds. */
const lookAgain = 1000

/** One phone that is rung, until it answers or the time is over. It may tell the same end twice: whoever hears it decides. */
export class Ringing {
  readonly #options: RingingOptions
  #cancelDeadline: Cancel = () => {}

  constructor(options: RingingOptions) {
    this.#options = options
  }

  start(): void {
    const { ringFor } = this.#options
    // Our own clock ends the ringing; the switch, which counts in whole seconds, is the second line.
    this.#ringUntil(ringFor * 1000)
    this.#dial(ringFor + 2)
  }

  /** It answered or is given up: no deadline any more. */
  stop(): void {
    this.#cancelDeadline()
  }

  #ringUntil(ms: number): void {
    const { context, switchPort, onFailed } = this.#options
    this.#cancelDeadline = context.clock.after(ms, () => {
      // While the switch is away an answer may go unseen: it is judged when the switch is back.
      if (switchPort.connected) onFailed('NO_ANSWER', 0)
      else this.#ringUntil(lookAgain)
    })
  }

  #dial(timeoutSeconds: number): void {
    const { leg, extension, callerNumber, callerName, switchPort, context, onAnswered, onFailed } = this.#options
    const { legId } = leg
    switchPort
      .dial({ legId, extension, callerNumber, callerName, timeoutSeconds })
      .then((outcome) => {
        if (outcome.kind === 'answered') onAnswered(context.clock.now())
        else onFailed(outcome.cause, leg.sipStatus)
      })
      .catch((error: unknown) => {
        context.logger.warn({ legId, role: leg.role, reason: messageOf(error) }, 'a phone could not be dialled')
        // The phone may be ringing all the same; the channels will tell, or the deadline.
        if (switchPort.connected) onFailed('NETWORK_OUT_OF_ORDER', 0)
      })
  }
}
