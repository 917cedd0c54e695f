import type { SwitchPort } from '../switch/index.ts'
import type { Call } from './call.ts'
import type { CallContext } from './call-context.ts'
import { LegAudio } from './leg-audio.ts'

/** What the caller hears from us, through all stages of the call. */
export class CallSound {
  readonly #call: Call
  readonly #switchPort: SwitchPort
  readonly #context: Pick<CallContext, 'clock' | 'logger'>
  #audio: LegAudio

  constructor({ call, switchPort, context }: { call: Call; switchPort: SwitchPort; context: CallContext }) {
    this.#call = call
    this.#switchPort = switchPort
    this.#context = context
    this.#audio = this.another()
  }

  /** By which the caller hears the present stage. */
  get audio(): LegAudio {
    return this.#audio
  }

  /** One beside it, for a stage that has its own. `occupied`: something we do not know of may be playing. */
  another({ occupied = false } = {}): LegAudio {
    const { clock, logger } = this.#context
    return new LegAudio({
      switchPort: this.#switchPort,
      legId: this.#call.callerLeg.legId,
      clock,
      logger,
      occupied,
    })
  }

  /** A new one where nothing of ours plays. */
  begin(): LegAudio {
    this.#audio = this.another()
    return this.#audio
  }

  /** What plays at the switch is not known any more. */
  renew(): void {
    this.#audio.close()
    this.#audio = this.another({ occupied: true })
  }
}
