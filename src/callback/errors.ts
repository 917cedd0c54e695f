import { HotlineError } from '../kernel/index.ts'

export class UnknownCallback extends HotlineError {
  readonly code = 'callback-unknown'
  readonly status = 404
}

/** It is closed, or somebody is calling just now; the message says which. */
export class CallbackRefused extends HotlineError {
  readonly code = 'callback-refused'
  readonly status = 409
}

/** Citizens are not rung at night: the calendar of callbacks, or of calls out, is closed. */
export class OutsideCallHours extends HotlineError {
  readonly code = 'outside-call-hours'
  readonly status = 409
}

/** Only a ready agent can be given a call out. */
export class AgentNotReady extends HotlineError {
  readonly code = 'agent-not-ready'
  readonly status = 409
}

/** The city calls nobody back. */
export class NoCallbacks extends HotlineError {
  readonly code = 'no-callbacks'
  readonly status = 409
}
