import { HotlineError } from '../kernel/index.ts'

export class LoginRefused extends HotlineError {
  readonly code = 'login-refused'
  readonly status = 401
}

/** Passwords are being guessed, as it seems; told alike whether name and password would have been right. */
export class TooManyLogins extends HotlineError {
  readonly code = 'too-many-requests'
  readonly status = 429
  /** The answer's `Retry-After`, seconds. */
  readonly retryAfter: number

  constructor(retryAfter: number) {
    super(`too many attempts to log in: try again in ${retryAfter} s`)
    this.retryAfter = retryAfter
  }
}

export class UserExists extends HotlineError {
  readonly code = 'user-exists'
  readonly status = 409
}

export class AgentMissing extends HotlineError {
  readonly code = 'agent-unknown'
  readonly status = 400
}
