/** Hang-up causes by name, with their numbers: Q.850's up to 127, FreeSWITCH's own above. */
const numbers = {
  NONE: 0,
  UNALLOCATED_NUMBER: 1,
  NO_ROUTE_TRANSIT_NET: 2,
  NO_ROUTE_DESTINATION: 3,
  CHANNEL_UNACCEPTABLE: 6,
  CALL_AWARDED_DELIVERED: 7,
  NORMAL_CLEARING: 16,
  USER_BUSY: 17,
  NO_USER_RESPONSE: 18,
  NO_ANSWER: 19,
  SUBSCRIBER_ABSENT: 20,
  CALL_REJECTED: 21,
  NUMBER_CHANGED: 22,
  REDIRECTION_TO_NEW_DESTINATION: 23,
  EXCHANGE_ROUTING_ERROR: 25,
  DESTINATION_OUT_OF_ORDER: 27,
  INVALID_NUMBER_FORMAT: 28,
  FACILITY_REJECTED: 29,
  RESPONSE_TO_STATUS_ENQUIRY: 30,
  NORMAL_UNSPECIFIED: 31,
  NORMAL_CIRCUIT_CONGESTION: 34,
  NETWORK_OUT_OF_ORDER: 38,
  NORMAL_TEMPORARY_FAILURE: 41,
  SWITCH_CONGESTION: 42,
  ACCESS_INFO_DISCARDED: 43,
  REQUESTED_CHAN_UNAVAIL: 44,
  PRE_EMPTED: 45,
  FACILITY_NOT_SUBSCRIBED: 50,
  OUTGOING_CALL_BARRED: 52,
  INCOMING_CALL_BARRED: 54,
  BEARERCAPABILITY_NOTAUTH: 57,
  BEARERCAPABILITY_NOTAVAIL: 58,
  SERVICE_UNAVAILABLE: 63,
  BEARERCAPABILITY_NOTIMPL: 65,
  CHAN_NOT_IMPLEMENTED: 66,
  FACILITY_NOT_IMPLEMENTED: 69,
  SERVICE_NOT_IMPLEMENTED: 79,
  INVALID_CALL_REFERENCE: 81,
  INCOMPATIBLE_DESTINATION: 88,
  INVALID_MSG_UNSPECIFIED: 95,
  MANDATORY_IE_MISSING: 96,
  MESSAGE_TYPE_NONEXIST: 97,
  WRONG_MESSAGE: 98,
  IE_NONEXIST: 99,
  INVALID_IE_CONTENTS: 100,
  WRONG_CALL_STATE: 101,
  RECOVERY_ON_TIMER_EXPIRE: 102,
  MANDATORY_IE_LENGTH_ERROR: 103,
  PROTOCOL_ERROR: 111,
  INTERWORKING: 127,
  SUCCESS: 142,
  ORIGINATOR_CANCEL: 487,
  CRASH: 700,
  SYSTEM_SHUTDOWN: 701,
  LOSE_RACE: 702,
  MANAGER_REQUEST: 703,
  BLIND_TRANSFER: 800,
  ATTENDED_TRANSFER: 801,
  ALLOTTED_TIMEOUT: 802,
  USER_CHALLENGE: 803,
  MEDIA_TIMEOUT: 804,
  PICKED_OFF: 805,
  USER_NOT_REGISTERED: 806,
  PROGRESS_TIMEOUT: 807,
  INVALID_GATEWAY: 808,
  GATEWAY_DOWN: 809,
  INVALID_URL: 810,
  INVALID_PROFILE: 811,
  NO_PICKUP: 812,
  SRTP_READ_ERROR: 813,
  BOWOUT: 814,
  BUSY_EVERYWHERE: 815,
  DECLINE: 816,
  DOES_NOT_EXIST_ANYWHERE: 817,
  NOT_ACCEPTABLE: 818,
  UNWANTED: 819,
} as const

export type Cause = keyof typeof numbers

export function causeNumber(cause: Cause): number {
  return numbers[cause]
}

/** A cause by name in either case or by number; anything else is NORMAL_CLEARING, as in FreeSWITCH. */
export function causeFrom(text: string | undefined): Cause {
  const wanted = (text ?? '').trim().toUpperCase()
  if (isCause(wanted)) return wanted
  const byNumber = /^\d+$/.test(wanted) ? entries.find(([, number]) => number === Number(wanted)) : undefined
  return byNumber?.[0] ?? 'NORMAL_CLEARING'
}

function isCause(text: string): text is Cause {
  return Object.hasOwn(numbers, text)
}

const entries = (Object.keys(numbers) as Cause[]).map((name) => [name, numbers[name]] as const)

/** The cause a final SIP response stands for (mod_sofia's table; RFC 3398 section 7.2.4.1 with its own additions). */
export function causeOfSipStatus(status: number): Cause {
  return sipToCause.get(status) ?? 'NORMAL_UNSPECIFIED'
}

const sipToCause = new Map<number, Cause>()
const sipStatuses: readonly (readonly [Cause, readonly number[]])[] = [
  ['NORMAL_CLEARING', [200]],
  ['CALL_REJECTED', [401, 402, 403, 407, 603, 608]],
  ['UNWANTED', [607]],
  ['UNALLOCATED_NUMBER', [404]],
  ['NO_ROUTE_DESTINATION', [485, 604]],
  ['RECOVERY_ON_TIMER_EXPIRE', [408, 504]],
  ['NUMBER_CHANGED', [410]],
  ['INTERWORKING', [413, 414, 416, 420, 421, 423, 505, 513]],
  ['NO_USER_RESPONSE', [480]],
  ['NORMAL_TEMPORARY_FAILURE', [400, 481, 500, 503]],
  ['USER_BUSY', [486, 600]],
  ['INVALID_NUMBER_FORMAT', [484]],
  ['INCOMPATIBLE_DESTINATION', [488, 606]],
  ['NETWORK_OUT_OF_ORDER', [502]],
  ['SERVICE_UNAVAILABLE', [405]],
  ['SERVICE_NOT_IMPLEMENTED', [406, 415, 501]],
  ['EXCHANGE_ROUTING_ERROR', [482, 483]],
  ['ORIGINATOR_CANCEL', [487]],
]
for (const [cause, statuses] of sipStatuses) for (const status of statuses) sipToCause.set(status, cause)

/** The final response an unanswered caller gets for a cause. */
export function sipStatusOfCause(cause: Cause): number {
  return causeToSip.get(cause) ?? 480
}

const causeToSip = new Map<Cause, number>([
  ['UNALLOCATED_NUMBER', 404],
  ['NO_ROUTE_TRANSIT_NET', 404],
  ['NO_ROUTE_DESTINATION', 404],
  ['USER_BUSY', 486],
  ['NO_USER_RESPONSE', 408],
  ['CALL_REJECTED', 603],
  ['NUMBER_CHANGED', 410],
  ['REDIRECTION_TO_NEW_DESTINATION', 410],
  ['DESTINATION_OUT_OF_ORDER', 502],
  ['INVALID_PROFILE', 502],
  ['INVALID_NUMBER_FORMAT', 484],
  ['INVALID_URL', 484],
  ['INVALID_GATEWAY', 484],
  ['FACILITY_REJECTED', 501],
  ['REQUESTED_CHAN_UNAVAIL', 503],
  ['NORMAL_CIRCUIT_CONGESTION', 503],
  ['NETWORK_OUT_OF_ORDER', 503],
  ['NORMAL_TEMPORARY_FAILURE', 503],
  ['SWITCH_CONGESTION', 503],
  ['GATEWAY_DOWN', 503],
  ['OUTGOING_CALL_BARRED', 403],
  ['INCOMING_CALL_BARRED', 403],
  ['BEARERCAPABILITY_NOTAUTH', 403],
  ['BEARERCAPABILITY_NOTAVAIL', 503],
  ['BEARERCAPABILITY_NOTIMPL', 488],
  ['INCOMPATIBLE_DESTINATION', 488],
  ['FACILITY_NOT_IMPLEMENTED', 501],
  ['SERVICE_NOT_IMPLEMENTED', 501],
  ['RECOVERY_ON_TIMER_EXPIRE', 504],
  ['ORIGINATOR_CANCEL', 487],
  ['EXCHANGE_ROUTING_ERROR', 483],
  ['BUSY_EVERYWHERE', 600],
  ['DECLINE', 603],
  ['DOES_NOT_EXIST_ANYWHERE', 604],
  ['NOT_ACCEPTABLE', 606],
  ['UNWANTED', 607],
])

/** The Reason header (RFC 3326) of a BYE or refusal: Q.850 where it has a number, FreeSWITCH's under the name SIP. */
export function reasonHeader(cause: Cause): string {
  if (cause === 'LOSE_RACE') return 'SIP;cause=200;text="Call completed elsewhere"'
  const number = numbers[cause]
  return `${number <= 127 ? 'Q.850' : 'SIP'};cause=${number};text="${cause}"`
}
