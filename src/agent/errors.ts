import { HotlineError } from '../kernel/index.ts'

export class UnknownAgent extends HotlineError {
  readonly code = 'agent-unknown'
  readonly status = 404
}

/** The agent's state does not allow the command now; the message says which state that is. */
export class AgentCommandRefused extends HotlineError {
  readonly code = 'agent-command-refused'
  readonly status = 409
}

export class ExtensionInUse extends HotlineError {
  readonly code = 'extension-in-use'
  readonly status = 409
}

/** No account of that name: phones are made with PUT /phones/{extension}. */
export class UnknownPhone extends HotlineError {
  readonly code = 'phone-unknown'
  readonly status = 409
}

export class PhoneNotRegistered extends HotlineError {
  readonly code = 'phone-not-registered'
  readonly status = 409
}

/** One phone an agent: whoever moves to another desk logs out first. */
export class AgentAtAnotherPhone extends HotlineError {
  readonly code = 'agent-at-another-phone'
  readonly status = 409
}

/** The code is none of the city's file; the message says which are. */
export class UnknownCode extends HotlineError {
  readonly code = 'code-unknown'
  readonly status = 400
}

export class UnknownQueue extends HotlineError {
  readonly code = 'queue-unknown'
  readonly status = 400
}
