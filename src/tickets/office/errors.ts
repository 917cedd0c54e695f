import { HotlineError } from '../../kernel/index.ts'

/** There is no such ticket, or none that may be seen. */
export class UnknownTicket extends HotlineError {
  readonly code = 'ticket-unknown'
  readonly status = 404
}

/** Somebody changed the ticket meanwhile: read it again. */
export class TicketChanged extends HotlineError {
  readonly code = 'ticket-changed'
  readonly status = 409
}

/** What the citizen said is not written down as far as the step needs it. */
export class MatterIncomplete extends HotlineError {
  readonly code = 'matter-incomplete'
  readonly status = 409
}

/** The ticket is with another unit. */
export class TicketNotYours extends HotlineError {
  readonly code = 'ticket-not-yours'
  readonly status = 403
}

/** A ticket cannot be merged under itself, under one that is merged, or under one that is not there. */
export class MergeRefused extends HotlineError {
  readonly code = 'merge-refused'
  readonly status = 409
}

/** A kind this city does not have. */
export class UnknownKind extends HotlineError {
  readonly code = 'kind-unknown'
  readonly status = 400
}
