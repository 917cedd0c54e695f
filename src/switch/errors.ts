import { HotlineError } from '../kernel/index.ts'

/** The switch is not connected, or did not answer a command in time. */
export class SwitchUnavailable extends HotlineError {
  readonly code = 'switch-unavailable'
  readonly status = 503
}

/** The switch answered a command with `-ERR`. */
export class SwitchRefused extends HotlineError {
  readonly code = 'switch-refused'
  readonly status = 502
}

/** Text from outside that must not reach the event socket (a line break, a metacharacter where none may stand). */
export class UnsafeSwitchText extends HotlineError {
  readonly code = 'switch-text-unsafe'
  readonly status = 400
}
