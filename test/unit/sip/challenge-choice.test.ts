import type { SrfRequest } from 'drachtio-srf'
import { beforeEach, expect, test } from 'vitest'
import { ChallengeChoice } from '../../../sip/challenge-choice.ts'
import { SetClock } from '../../support/set-clock.ts'

let clock: SetClock
let choice: ChallengeChoice
beforeEach(() => {
  clock = new SetClock()
  choice = new ChallengeChoice({ algorithms: ['MD5', 'SHA-256'], clock })
})

function register(
  options: { port?: number; agent?: string; authorization?: string; tag?: string; protocol?: string } = {},
): SrfRequest {
  const { port = 5060, agent = 'Desk phone 3', authorization, tag = '1' } = options
  const headers: Record<string, string | undefined> = {
    from: `<sip:1001@yihao>;tag=${tag}`,
    'user-agent': agent,
    authorization,
  }
  return {
    protocol: options.protocol ?? 'udp',
    source_address: '10.0.0.1',
    source_port: port,
    get: (name: string) => headers[name.toLowerCase()],
  } as unknown as SrfRequest
}
const both = ['MD5', 'SHA-256']

test('challenges - a browser is offered MD5 alone, which is all it knows', () => {
  expect(choice.algorithmsFor(register({ protocol: 'ws' }))).toEqual(['MD5'])
})

test('challenges - a phone is offered everything', () => {
  expect(choice.algorithmsFor(register())).toEqual(both)
})

test('challenges - one that comes back with nothing is offered MD5 alone, and everything again the time after', () => {
  choice.algorithmsFor(register())

  expect(choice.algorithmsFor(register({ tag: '2' }))).toEqual(['MD5'])
  // Perhaps it knows SHA-256 alone: it must not be kept out for ten minutes.
  expect(choice.algorithmsFor(register({ tag: '3' }))).toEqual(both)
})

test('challenges - another phone behind the same address is not taken for it', () => {
  choice.algorithmsFor(register({ port: 5060 }))

  expect(choice.algorithmsFor(register({ port: 5062 }))).toEqual(both)
})

test('challenges - one that comes back ten minutes later is offered everything', () => {
  choice.algorithmsFor(register())
  clock.advance(10 * 60_000)

  expect(choice.algorithmsFor(register())).toEqual(both)
})

test('challenges - a phone that answered, with whatever password, understood: it is offered everything next time', () => {
  choice.algorithmsFor(register())
  const wrong = register({ authorization: 'Digest username="1001"' })
  choice.answered(wrong)

  expect(choice.algorithmsFor(wrong)).toEqual(both)
  expect(choice.algorithmsFor(register({ tag: '2' }))).toEqual(both)
})

test.each(['baresip v1.0.0 (x86_64/linux)', 'baresip v0.6.5', 'baresip 1.1.0'])(
  'challenges - %s is offered MD5 alone',
  (agent) => {
    expect(choice.algorithmsFor(register({ agent }))).toEqual(['MD5'])
  },
)

test('challenges - a centre that wants SHA-256 alone offers nothing else', () => {
  const strict = new ChallengeChoice({ algorithms: ['SHA-256'], clock })
  strict.algorithmsFor(register())

  expect(strict.algorithmsFor(register())).toEqual(['SHA-256'])
})
