import type { Clock } from '../../kernel/index.ts'
import type { RegisteredFlows } from './registered-flows.ts'
import type { HeaderField, SipRequest, SipResponse } from './sip-message.ts'
import type { SipTimers } from './timers.ts'
import type { TransactionLayer } from './transaction-layer.ts'
import type { Destination, Flow } from './transport.ts'

/** What an application asks for when it has a request proxied. */
export interface ProxyOrder {
  readonly targets: readonly string[]
  /** Stay in the path of the call's later requests. */
  readonly recordRoute: boolean
  readonly followRedirects: boolean
  /** All targets at once instead of one after the other. */
  readonly simultaneous: boolean
  /** A target that is silent for so long, without even a 100, is passed over. */
  readonly provisionalTimeoutMs: number | undefined
  /** A target without a final response after so long is cancelled and the next one tried. */
  readonly finalTimeoutMs: number | undefined
  readonly headers: readonly HeaderField[]
  /** Each final response from a target. */
  finalResponse(response: SipResponse, flow: Flow): void
  done(): void
}

export interface ProxyServices {
  readonly clock: Clock
  readonly timers: SipTimers
  readonly transactions: TransactionLayer
  readonly flows: RegisteredFlows
}

/** A request made ready for one target. */
export interface Onward {
  readonly request: SipRequest
  readonly destination: Destination
}
