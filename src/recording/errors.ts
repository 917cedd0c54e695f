import { HotlineError } from '../kernel/index.ts'

export class UnknownRecording extends HotlineError {
  readonly code = 'recording-unknown'
  readonly status = 404
}

/** Nothing is recorded that could be paused, or it is paused already, or not. */
export class RecordingRefused extends HotlineError {
  readonly code = 'recording-refused'
  readonly status = 409
}
