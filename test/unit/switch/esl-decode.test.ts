import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  callerNumber,
  decodeChannels,
  decodeEvent,
  subscribedEvents,
} from '../../../src/switch/freeswitch/esl-decode.ts'

const at = 1_795_320_000_000
const legId = '0724a61c-3750-4219-9704-b683f13f898b'
const event = (name: string, headers: Record<string, string> = {}) =>
  decodeEvent({ 'Event-Name': name, 'Unique-ID': legId, ...headers }, at)

const parked = {
  'Call-Direction': 'inbound',
  'Caller-Destination-Number': '12345',
  'Caller-Caller-ID-Number': '13800000000',
  'Caller-Caller-ID-Name': '张三',
  variable_sip_call_id: 'abc@host',
  'Event-Date-Timestamp': '1795320000500000',
  'Caller-Channel-Created-Time': '1795320000100000',
}

describe('events of FreeSWITCH', () => {
  test('a parked call is offered, with the time it has waited by the clock of the switch taken off ours', () => {
    expect(event('CHANNEL_PARK', parked)).toEqual({
      type: 'leg.offered',
      at,
      leg: {
        legId,
        calledNumber: '12345',
        callerNumber: '13800000000',
        callerName: '张三',
        sipCallId: 'abc@host',
        createdAt: at - 400,
      },
    })
  })

  test('a call parked after the dialplan answered keeps the number that was dialled', () => {
    const absent = { ...parked, 'Caller-Destination-Number': 'park', variable_yihao_line: '12345' }

    expect(event('CHANNEL_PARK', absent)).toMatchObject({ leg: { calledNumber: '12345' } })
  })

  test.each([
    ['no times', { 'Event-Date-Timestamp': '', 'Caller-Channel-Created-Time': '' }],
    ['nonsense', { 'Event-Date-Timestamp': 'x', 'Caller-Channel-Created-Time': 'y' }],
    ['a channel from the future', { 'Caller-Channel-Created-Time': '1895320000100000' }],
  ])('with %s the call counts as just created', (_what, times) => {
    expect(event('CHANNEL_PARK', { ...parked, ...times })).toMatchObject({ leg: { createdAt: at } })
  })

  test('an agent whose leg parks after a bridge is no new call', () => {
    expect(event('CHANNEL_PARK', { ...parked, 'Call-Direction': 'outbound' })).toEqual({
      type: 'leg.parked',
      legId,
      at,
    })
  })

  test.each(['CHANNEL_PROGRESS', 'CHANNEL_PROGRESS_MEDIA'])(
    '%s of a phone we dialled is ringing, of a caller nothing',
    (name) => {
      expect(event(name, { 'Call-Direction': 'outbound' })).toEqual({ type: 'leg.ringing', legId, at })
      expect(event(name, { 'Call-Direction': 'inbound' })).toBeUndefined()
    },
  )

  test.each([
    ['CHANNEL_ANSWER', {}, { type: 'leg.answered' }],
    ['CHANNEL_BRIDGE', { 'Other-Leg-Unique-ID': 'other' }, { type: 'leg.bridged', otherLegId: 'other' }],
    ['CHANNEL_UNBRIDGE', {}, { type: 'leg.unbridged' }],
    ['CHANNEL_PARK', { 'Call-Direction': 'outbound' }, { type: 'leg.parked' }],
    ['CHANNEL_HOLD', {}, { type: 'leg.held' }],
    ['CHANNEL_UNHOLD', {}, { type: 'leg.retrieved' }],
    [
      'CHANNEL_HANGUP',
      { 'Call-Direction': 'outbound', 'Hangup-Cause': 'NORMAL_CLEARING', variable_sip_term_status: '200' },
      { type: 'leg.ended', cause: 'NORMAL_CLEARING', sipStatus: 200, bySwitch: false },
    ],
    [
      'CHANNEL_HANGUP_COMPLETE',
      { 'Hangup-Cause': 'USER_BUSY', variable_sip_term_status: '486' },
      { type: 'leg.ended', cause: 'USER_BUSY', sipStatus: 486, bySwitch: false },
    ],
    [
      'CHANNEL_HANGUP_COMPLETE',
      {
        'Hangup-Cause': 'CALL_REJECTED',
        variable_sip_invite_failure_status: '603',
        variable_sip_hangup_disposition: 'recv_refuse',
      },
      { type: 'leg.ended', cause: 'CALL_REJECTED', sipStatus: 603, bySwitch: false },
    ],
    [
      'CHANNEL_HANGUP_COMPLETE',
      { 'Hangup-Cause': 'MEDIA_TIMEOUT', variable_sip_hangup_disposition: 'send_bye' },
      { type: 'leg.ended', cause: 'MEDIA_TIMEOUT', sipStatus: 0, bySwitch: true },
    ],
    [
      'CHANNEL_HANGUP_COMPLETE',
      { variable_sip_term_status: 'sip:486' },
      { type: 'leg.ended', cause: 'UNKNOWN', sipStatus: 0, bySwitch: false },
    ],
    ['DTMF', { 'DTMF-Digit': '5' }, { type: 'leg.digit', digit: '5' }],
    ['DTMF', { 'DTMF-Digit': '#' }, { type: 'leg.digit', digit: '#' }],
  ])('%s %j', (name, headers, expected) => {
    expect(event(name, headers)).toEqual({ legId, at, ...expected })
  })

  test.each([
    ['a leg we hang up', { 'Call-Direction': 'outbound' }],
    ['a phone that refuses', { 'Call-Direction': 'outbound', variable_sip_term_status: '486' }],
    ['a caller', { 'Call-Direction': 'inbound', variable_sip_term_status: '200' }],
  ])('%s is over when FreeSWITCH is done with it', (_, headers) => {
    expect(event('CHANNEL_HANGUP', { 'Hangup-Cause': 'NORMAL_CLEARING', ...headers })).toBeUndefined()
  })

  test.each(['', '55', 'x', '\n', '1\r\n', '٣'])('a key %j is none', (digit) => {
    expect(event('DTMF', { 'DTMF-Digit': digit })).toBeUndefined()
  })

  test.each(['playback', 'endless_playback'])(
    'the end of %s is told with its id, that of other applications is not',
    (application) => {
      const complete = (Application: string) =>
        event('CHANNEL_EXECUTE_COMPLETE', { Application, 'Application-UUID': 'p1' })

      expect(complete(application)).toEqual({ type: 'leg.played', legId, playbackId: 'p1', at })
      expect(complete('park')).toBeUndefined()
    },
  )

  test('events without a channel, and those nobody asked for, are passed over', () => {
    expect(decodeEvent({ 'Event-Name': 'CHANNEL_ANSWER' }, at)).toBeUndefined()
    expect(event('HEARTBEAT')).toBeUndefined()
    expect(event('CHANNEL_CALLSTATE')).toBeUndefined()
  })

  test('whatever headers an event carries, decoding never throws', () => {
    const names = fc.constantFrom(...subscribedEvents, 'Call-Direction', 'constructor', '__proto__')
    fc.assert(
      fc.property(fc.dictionary(fc.oneof(names, fc.string()), fc.string()), names, (headers, name) => {
        event(name, { ...headers, 'Call-Direction': 'inbound' })
      }),
    )
  })
})

describe('the list of channels of FreeSWITCH', () => {
  test('an empty list has no rows', () => {
    expect(decodeChannels('{"row_count":0}')).toEqual([])
  })

  test('a leg that has hung up and is still listed is not there', () => {
    const rows = [{ uuid: 'a', direction: 'inbound', callstate: 'HANGUP', state: 'CS_REPORTING' }]

    expect(decodeChannels(JSON.stringify({ row_count: 1, rows }))).toEqual([])
  })

  test('a caller who talks with an agent', () => {
    const rows = [
      {
        uuid: 'a',
        direction: 'inbound',
        callstate: 'ACTIVE',
        dest: '12345',
        cid_num: '138',
        cid_name: 'Li',
        created_epoch: '1795320000',
        call_uuid: 'a',
      },
      {
        uuid: 'b',
        direction: 'outbound',
        callstate: 'HELD',
        dest: '8001',
        cid_num: '138',
        cid_name: 'Li',
        created_epoch: '1795320001',
        call_uuid: 'a',
      },
      {
        uuid: 'c',
        direction: 'outbound',
        callstate: 'RINGING',
        dest: '8002',
        cid_num: 'sip:x',
        cid_name: '',
        created_epoch: '1795320002',
        call_uuid: '',
      },
    ]

    expect(decodeChannels(JSON.stringify({ row_count: 3, rows }))).toMatchObject([
      { legId: 'a', direction: 'inbound', answered: true, calledNumber: '12345', callerNumber: '138', createdAt: at },
      { legId: 'b', direction: 'outbound', answered: true, bridgedWith: 'a' },
      { legId: 'c', answered: false, callerNumber: 'anonymous', bridgedWith: undefined },
    ])
  })
})

test.each(['', 'anonymous', 'a', '1 2', '1;2', "1'", '1\n', '１２３', '-1', '1'.repeat(33)])(
  '%j is shown as no number',
  (text) => {
    expect(callerNumber(text)).toBe('anonymous')
  },
)
