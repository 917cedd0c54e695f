import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { newId } from '../../../src/kernel/index.ts'
import { eslCommands, shownNumber, variableText } from '../../../src/switch/freeswitch/esl-commands.ts'
import { UnsafeSwitchText } from '../../../src/switch/index.ts'
import { splitDialString } from '../../support/dial-string-by-rule.ts'

const route = { profile: 'edge', edge: '127.0.0.1:5060' }
const legId = newId()
const dial = (caller: { callerNumber?: string; callerName?: string; extension?: string; legId?: string }) =>
  eslCommands.originate(
    { legId, extension: '8001', callerNumber: '13800000000', callerName: 'Li', timeoutSeconds: 8, ...caller },
    route,
  )

/** What a caller can put into From, P-Asserted-Identity or a display name. */
const hostile = [
  'Li\r\n\r\napi shutdown',
  'Li\n\nexit',
  "Li',origination_uuid=x",
  'Li,absolute_codec_string=G729',
  "''",
  '\\',
  "\\'",
  '{a=b}',
  '}sofia/edge/sip:9@evil &park()',
  '[leg_timeout=1]',
  '<a=b>',
  '$' + '{system rm -rf /}',
  '$' + '$' + '{password}',
  '^^:a=b:c=d',
  'a|b',
  'a:_:b',
  'nul\0nul',
  'x'.repeat(10_000),
  '市民热线 张三',
  '\u202Eevil\u200B',
  '\ud800',
  '\u{1F600}'.repeat(40),
  '\u2028\u2029\u0085',
  '   ',
  '',
]

/** The variables we mean to set, in order. */
const expectedNames = [
  'origination_uuid',
  'origination_caller_id_number',
  'origination_caller_id_name',
  'originate_timeout',
  'ignore_early_media',
  'hangup_after_bridge',
  'park_after_bridge',
  'uuid_bridge_park_on_cancel',
  'confirm_blind_transfer',
  'force_transfer_context',
  'force_transfer_dialplan',
  'deny_refer_requests',
  'send_silence_when_idle',
  'media_timeout',
  'media_hold_timeout',
]

function expectOneSafeCommand(command: string): void {
  expect(command).not.toMatch(/[\r\n\0]/)
  const { variables, rest } = splitDialString(command)
  expect(variables.map(([name]) => name)).toEqual(expectedNames)
  expect(rest).toBe('sofia/edge/sip:8001@127.0.0.1:5060 &park()')
  expect(Object.fromEntries(variables)).toMatchObject({ origination_uuid: legId, originate_timeout: '8' })
}

describe('ESL commands', () => {
  test("an agent's browser is offered WebRTC, and what follows goes where the INVITE went", () => {
    const { variables, rest } = splitDialString(dial({ extension: 'web-8001' }))

    expect(variables).toContainEqual(['media_webrtc', 'true'])
    expect(rest).toBe('sofia/edge/sip:web-8001@127.0.0.1:5060;fs_path=sip:127.0.0.1:5060 &park()')
  })

  test.each(hostile)('a display name %j rings the phone with exactly the variables we mean', (callerName) => {
    expectOneSafeCommand(dial({ callerName }))
  })

  test.each(hostile)("a caller's number %j is shown as digits or as anonymous", (callerNumber) => {
    const command = dial({ callerNumber })

    expectOneSafeCommand(command)
    expect(command).toContain('origination_caller_id_number=anonymous,')
  })

  test.each(hostile.filter((text) => text !== ''))('an extension %j is refused', (extension) => {
    expect(() => dial({ extension })).toThrow(UnsafeSwitchText)
  })

  test.each([...hostile, 'a b', 'x'.repeat(129)])('a leg id %j is refused by every command', (text) => {
    for (const command of [
      () => dial({ legId: text }),
      () => eslCommands.answer(text),
      () => eslCommands.park(text),
      () => eslCommands.stopPlaying(text),
      () => eslCommands.cancelSchedule(text),
      () => eslCommands.bridge(text, legId),
      () => eslCommands.bridge(legId, text),
      () => eslCommands.monitor(text, legId, 'all'),
      () => eslCommands.monitor(legId, text, 'all'),
      () => eslCommands.hangUp(text, 'NORMAL_CLEARING'),
      () => eslCommands.hangUp(legId, text),
      () => eslCommands.playback(text, ['/a.wav']),
    ]) {
      expect(command).toThrow(UnsafeSwitchText)
    }
  })

  test.each([...hostile, 'a.wav', '/a!b.wav', '/a{b}.wav', '/a\nb.wav', '/$' + '{x}.wav', `/${'x'.repeat(600)}`])(
    'a prompt %j is refused',
    (file) => {
      expect(() => eslCommands.playback(legId, [file])).toThrow(UnsafeSwitchText)
      expect(() => eslCommands.playback(legId, ['/a.wav', file])).toThrow(UnsafeSwitchText)
    },
  )

  test('prompts in folders with Chinese names and spaces are played, several without a pause', () => {
    const { application, argument } = eslCommands.playback(legId, ['/提示 音/a-1.wav', '/b_2.wav'], { loop: true })

    expect(application).toBe('endless_playback')
    expect(argument).toBe('file_string:///提示 音/a-1.wav!/b_2.wav')
  })

  test.each(['127.0.0.1', '127.0.0.1:5060;transport=tcp', 'a b:5060', '127.0.0.1:5060 &park()', '}:1'])(
    'an edge %j is refused',
    (edge) => {
      const request = { legId, extension: '8001', callerNumber: '1', callerName: '', timeoutSeconds: 8 }
      expect(() => eslCommands.originate(request, { ...route, edge })).toThrow(UnsafeSwitchText)
    },
  )

  test('a plain name and number reach the phone as they are', () => {
    const command = dial({ callerName: '张三 O Neill-2', callerNumber: '+8613800000000' })

    expect(Object.fromEntries(splitDialString(command).variables)).toMatchObject({
      origination_caller_id_name: '张三 O Neill-2',
      origination_caller_id_number: '+8613800000000',
    })
  })

  test('a caller without a name is shown by the number', () => {
    expect(Object.fromEntries(splitDialString(dial({ callerName: '{},' })).variables)).toMatchObject({
      origination_caller_id_name: '13800000000',
    })
  })

  test('whatever a name and a number contain, one command with exactly our variables comes out', () => {
    const anyText = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 80 }),
      fc.string({ unit: fc.constantFrom(...'\r\n\0,\'"{}[]<>$^:|\\=&!#@ ;%~`()a1张'), maxLength: 80 }),
    )
    fc.assert(
      fc.property(anyText, anyText, (callerName, callerNumber) => {
        expectOneSafeCommand(dial({ callerName, callerNumber }))
      }),
      { numRuns: 2000 },
    )
  })

  test('whatever stands for an extension, a leg or a file, it is in the command literally or refused', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        for (const make of [
          () => dial({ extension: text }),
          () => eslCommands.hangUp(text, 'NORMAL_CLEARING'),
          () => eslCommands.playback(legId, [text]).argument,
        ]) {
          try {
            const command = make()
            expect(command).toContain(text)
            expect(command).not.toMatch(/[\r\n\0$`{}]\s*\{/)
            expect(text).toMatch(/^[\p{L}\p{N}/ _.+*-]+$/u)
          } catch (error) {
            expect(error).toBeInstanceOf(UnsafeSwitchText)
          }
        }
      }),
      { numRuns: 2000 },
    )
  })

  test('a shortened name ends between two characters, not within one', () => {
    const name = variableText(`a${'\u{1F600}'.repeat(100)}`)

    expect(name.isWellFormed()).toBe(true)
    expect(name.length).toBeLessThanOrEqual(64)
  })

  test.each([
    ['12345', '12345'],
    ['+8613800000000', '+8613800000000'],
    ['13800000000;phone-context=x', 'anonymous'],
    ['%0d%0a', 'anonymous'],
    ['++1', 'anonymous'],
    ['1'.repeat(33), 'anonymous'],
  ])('the number %j is shown as %j', (number, shown) => {
    expect(shownNumber(number)).toBe(shown)
  })

  test.each([...hostile, 'a.wav', '/a b.wav', '/a!b.wav', '/a{b}.wav', '/a\nb.wav', '/$' + '{x}.wav'])(
    'a recording path %j is refused: what follows a space would be an argument of its own',
    (path) => {
      expect(() => eslCommands.record('leg', { path, longest: 60, silence: 5 })).toThrow(UnsafeSwitchText)
      for (const verb of ['start', 'stop', 'mask', 'unmask'] as const) {
        expect(() => eslCommands.recordCall('leg', verb, path)).toThrow(UnsafeSwitchText)
      }
    },
  )

  test('recordings are asked for with their limits, in whole seconds', () => {
    const { application, argument } = eslCommands.record('leg', { path: '/spool/a.wav', longest: 60.9, silence: 5 })

    expect([application, argument]).toEqual(['record', '/spool/a.wav 60 200 5'])
    expect(eslCommands.recordCall('leg', 'mask', '/spool/a.wav')).toBe('uuid_record leg mask /spool/a.wav')
  })
})
