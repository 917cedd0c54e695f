import { HotlineError } from '../kernel/index.ts'

export class LoginRefused extends HotlineError {
  readonly code = 'login-refused'
  readonly status = 401
}

export class UserExists extends HotlineError {
  readonly code = 'user-exists'
  readonly status = 409
}

export class AgentMissing extends HotlineError {
  readonly code = 'agent-unknown'
  readonly status = 400
}
