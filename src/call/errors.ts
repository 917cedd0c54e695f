import { HotlineError } from '../kernel/index.ts'

export class UnknownCall extends HotlineError {
  readonly code = 'call-unknown'
  readonly status = 404
}

export class CallOfAnother extends HotlineError {
  readonly code = 'call-of-another-agent'
  readonly status = 403
}

/** Nothing is to be brought back: no talk of this agent's, or one at a phone that is none of a browser's. */
export class PhoneNotLost extends HotlineError {
  readonly code = 'phone-not-lost'
  readonly status = 409
}

/** No outcome code of the city; the message names those there are. */
export class UnknownOutcome extends HotlineError {
  readonly code = 'outcome-unknown'
  readonly status = 422
}

/** Who shows no number cannot be called. */
export class NoNumber extends HotlineError {
  readonly code = 'no-number'
  readonly status = 422
}
