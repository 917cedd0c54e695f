import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Call } from '../../../src/call/call.ts'
import type { CallInput, CallState } from '../../../src/call/call-machine.ts'

const inputs: readonly CallInput['type'][] = [
  'ACCEPTED',
  'QUEUED',
  'PLACED',
  'AGENT_READY',
  'OFFERED',
  'OFFER_FAILED',
  'ANSWERED',
  'BRIDGED',
  'BRIDGE_FAILED',
  'LEFT_ALONE',
  'VOICEMAIL',
  'RATING',
  'RELEASED',
]

/** Where each input leads; what is not here is refused and changes nothing. */
const table: Readonly<Record<CallState, Partial<Record<CallInput['type'], CallState>>>> = {
  arriving: { ACCEPTED: 'menu', QUEUED: 'queued', PLACED: 'placing', RELEASED: 'released' },
  menu: { QUEUED: 'queued', VOICEMAIL: 'voicemail', RELEASED: 'released' },
  queued: { QUEUED: 'queued', OFFERED: 'ringing', VOICEMAIL: 'voicemail', RELEASED: 'released' },
  ringing: { OFFER_FAILED: 'queued', ANSWERED: 'connecting', RELEASED: 'released' },
  placing: { AGENT_READY: 'reaching', RELEASED: 'released' },
  reaching: { ANSWERED: 'connecting', RELEASED: 'released' },
  connecting: { BRIDGED: 'talking', BRIDGE_FAILED: 'queued', RELEASED: 'released' },
  talking: { LEFT_ALONE: 'queued', RATING: 'rating', RELEASED: 'released' },
  voicemail: { RELEASED: 'released' },
  rating: { RELEASED: 'released' },
  released: {},
}
const states = Object.keys(table) as CallState[]

function newCall(): Call {
  const identity = { callId: 'c1', line: '12345', callerNumber: '13800000000', callerName: '', sipCallId: 's1' }
  return new Call({ identity, legId: 'leg-1', offeredAt: 0 })
}

function callIn(state: CallState): Call {
  const call = newCall()
  call.restore(state)
  return call
}

describe('call machine', () => {
  const all = states.flatMap((state) => inputs.map((input) => ({ state, input, to: table[state][input] })))

  test.each(all.filter(({ to }) => to !== undefined))('$input makes a call that is $state $to', (each) => {
    const call = callIn(each.state)

    expect(call.take(each.input)).toBe(true)
    expect(call.state).toBe(each.to)
  })

  test.each(all.filter(({ to }) => to === undefined))('$input is refused by a call that is $state', (each) => {
    const call = callIn(each.state)

    expect(call.take(each.input)).toBe(false)
    expect(call.state).toBe(each.state)
  })

  test('a call goes from arrival to release', () => {
    const call = newCall()

    const seen = (['ACCEPTED', 'QUEUED', 'OFFERED', 'ANSWERED', 'BRIDGED', 'RELEASED'] as const).map((input) => {
      call.take(input)
      return call.state
    })

    expect(seen).toEqual(['menu', 'queued', 'ringing', 'connecting', 'talking', 'released'])
  })

  test('a call whose agent does not answer, or whose bridge fails, is offered again', () => {
    const call = callIn('queued')

    for (const input of ['OFFERED', 'OFFER_FAILED', 'OFFERED', 'ANSWERED', 'BRIDGE_FAILED', 'OFFERED'] as const)
      expect(call.take(input), input).toBe(true)

    expect(call.state).toBe('ringing')
  })

  test('caller and agent releasing in the same moment release the call once', () => {
    const call = callIn('talking')

    expect([call.take('RELEASED'), call.take('RELEASED')]).toEqual([true, false])
  })

  test('an answer that comes after the caller hung up revives nothing', () => {
    const call = callIn('ringing')
    call.take('RELEASED')

    expect(call.take('ANSWERED')).toBe(false)
    expect(call.state).toBe('released')
  })

  test('whatever comes in whatever order, each state is the table of before, and released is never left', () => {
    fc.assert(
      fc.property(fc.constantFrom(...states), fc.array(fc.constantFrom(...inputs), { maxLength: 60 }), (from, all) => {
        const call = callIn(from)
        let expected = from
        for (const input of all) {
          expected = table[expected][input] ?? expected
          call.take(input)
          expect(call.state).toBe(expected)
        }
        expect(call.state === 'released').toBe(from === 'released' || all.includes('RELEASED'))
      }),
    )
  })

  test('every state but released can be released', () => {
    for (const state of states) expect(callIn(state).take('RELEASED'), state).toBe(state !== 'released')
  })
})
