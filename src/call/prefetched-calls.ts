import { messageOf } from '../kernel/index.ts'
import type { Call } from './call.ts'
import type { CallContext, LastCalls } from './call-context.ts'

/** The caller's last calls, asked for early, so that the screen-pop never waits for the database. */
export class PrefetchedCalls {
  #calls: LastCalls = []

  /** Empty until they are known. */
  get calls(): LastCalls {
    return this.#calls
  }

  fetch({ call, context }: { call: Call; context: CallContext }): void {
    const { callerNumber, callId } = call.identity
    context
      .lastCalls(callerNumber, callId)
      .then((calls) => {
        this.#calls = calls
      })
      .catch((error: unknown) => context.logger.warn({ reason: messageOf(error) }, 'last calls are not known'))
  }
}
