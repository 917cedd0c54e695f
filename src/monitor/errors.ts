import { HotlineError } from '../kernel/index.ts'

/** The call cannot be listened to, or not so; the message says why. */
export class MonitorRefused extends HotlineError {
  readonly code = 'monitor-refused'
  readonly status = 409
}

/** No phone to ring: the supervisor is not logged in at one, or the phone is not registered or does not take the call. */
export class SupervisorUnreachable extends HotlineError {
  readonly code = 'supervisor-unreachable'
  readonly status = 409
}

/** The supervisor is in another call, or the phone is. */
export class SupervisorBusy extends HotlineError {
  readonly code = 'supervisor-busy'
  readonly status = 409
}

/** This supervisor does not listen to the call. */
export class NotMonitored extends HotlineError {
  readonly code = 'not-monitored'
  readonly status = 404
}
