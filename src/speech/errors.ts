import { HotlineError } from '../kernel/index.ts'

/** No program on this machine says texts; the message names the package that brings one. */
export class SpeechUnavailable extends HotlineError {
  readonly code = 'speech-unavailable'
  readonly status = 503
}
