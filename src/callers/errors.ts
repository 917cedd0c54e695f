import { HotlineError } from '../kernel/index.ts'

export class UnknownCaller extends HotlineError {
  readonly code = 'caller-unknown'
  readonly status = 404
}

/** A number on the emergency list is graded by nobody: its calls always come through. */
export class EmergencyNumber extends HotlineError {
  readonly code = 'emergency-number'
  readonly status = 409
}

/** A grade without evidence, or a queue for nuisance callers that the city's file does not have. */
export class GradeRefused extends HotlineError {
  readonly code = 'grade-refused'
  readonly status = 422
}
