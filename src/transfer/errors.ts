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

/** The branch has hours, and this is not within them. */
export class BranchClosed extends HotlineError {
  readonly code = 'branch-closed'
  readonly status = 409
  readonly opensAt: Date | null

  constructor(message: string, { opensAt }: { opensAt: Date | null }) {
    super(opensAt ? `${message}; it opens at ${opensAt.toISOString()}` : message)
    this.opensAt = opensAt
  }
}

/** As many calls as the branch takes are there already. */
export class BranchBusy extends HotlineError {
  readonly code = 'branch-busy'
  readonly status = 409
}
