import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { offerFailure } from '../../../src/call/offer-outcome.ts'

describe('offer', () => {
  test.each([
    // The phone, or the person at it, said no: 486 Busy Here, 603 Decline.
    { cause: 'USER_BUSY', rang: true, failure: 'rejected' },
    { cause: 'USER_BUSY', rang: false, failure: 'rejected' },
    { cause: 'CALL_REJECTED', rang: true, failure: 'rejected' },
    { cause: 'CALL_REJECTED', rang: false, failure: 'rejected' },
    // Rang, and nobody answered in time.
    { cause: 'NO_ANSWER', rang: true, failure: 'missed' },
    { cause: 'ALLOTTED_TIMEOUT', rang: true, failure: 'missed' },
    { cause: 'NO_USER_RESPONSE', rang: true, failure: 'missed' },
    { cause: 'ORIGINATOR_CANCEL', rang: true, failure: 'missed' },
    // The same causes of a phone that never rang: nobody missed anything.
    { cause: 'NO_ANSWER', rang: false, failure: 'unreachable' },
    { cause: 'ALLOTTED_TIMEOUT', rang: false, failure: 'unreachable' },
    { cause: 'NO_USER_RESPONSE', rang: false, failure: 'unreachable' },
    { cause: 'ORIGINATOR_CANCEL', rang: false, failure: 'unreachable' },
    // Not registered (480), unknown (404), no way there, transport broken.
    { cause: 'USER_NOT_REGISTERED', rang: false, failure: 'unreachable' },
    { cause: 'UNALLOCATED_NUMBER', rang: false, failure: 'unreachable' },
    { cause: 'NO_ROUTE_DESTINATION', rang: false, failure: 'unreachable' },
    { cause: 'DESTINATION_OUT_OF_ORDER', rang: false, failure: 'unreachable' },
    { cause: 'NORMAL_TEMPORARY_FAILURE', rang: true, failure: 'unreachable' },
    { cause: 'RECOVERY_ON_TIMER_EXPIRE', rang: false, failure: 'unreachable' },
  ] as const)('$cause of a phone that rang: $rang is $failure', ({ cause, rang, failure }) => {
    expect(offerFailure({ cause, rang })).toBe(failure)
  })

  test('a cause nobody has heard of is never held against a person', () => {
    fc.assert(
      fc.property(fc.string(), fc.boolean(), (cause, rang) => {
        expect(offerFailure({ cause: `X_${cause}`, rang })).toBe('unreachable')
      }),
    )
  })
})
