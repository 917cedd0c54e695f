import { HotlineError } from '../kernel/index.ts'

/** The state of the talk does not allow the command now; the message says which state that is. */
export class TransferRefused extends HotlineError {
  readonly code = 'transfer-refused'
  readonly status = 409
}

/** The target is none of the branches and none of the agents. */
export class UnknownTarget extends HotlineError {
  readonly code = 'transfer-target-unknown'
  readonly status = 400
}
