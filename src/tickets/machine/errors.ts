import { HotlineError } from '../../kernel/index.ts'

/** The machine does not take this input now; the message says which it takes and why not this one. */
export class TransitionRefused extends HotlineError {
  readonly code = 'transition-refused'
  readonly status = 409
}

/** This input is for others to send. */
export class InputNotYours extends HotlineError {
  readonly code = 'input-not-yours'
  readonly status = 403
}
