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
