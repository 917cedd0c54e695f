import { HotlineError } from '../kernel/index.ts'

export class UnknownCall extends HotlineError {
  readonly code = 'call-unknown'
  readonly status = 404
}

export class CallOfAnother extends HotlineError {
  readonly code = 'call-of-another-agent'
  readonly status = 403
}
