import { HotlineError } from '../kernel/index.ts'

/** No such notice, or it is withdrawn already. */
export class UnknownNotice extends HotlineError {
  readonly code = 'notice-unknown'
  readonly status = 404
}

/** The notice would be over before anybody could read it, or nobody would read it. */
export class NoticeRefused extends HotlineError {
  readonly code = 'notice-refused'
  readonly status = 400
}
