import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import type { SipAccount } from '../../../sip/account-store.ts'
import { Digest, parseDigest } from '../../../sip/digest.ts'
import { Nonces } from '../../../sip/nonces.ts'
import { answerChallenge, type DigestAlgorithm, pickChallenge } from '../../../src/embedded/softphone/digest.ts'
import { SetClock } from '../../support/set-clock.ts'

const realm = 'yihao'
const password = 'correct horse'
const account: SipAccount = {
  username: '1001',
  ha1Md5: createHash('md5').update(`1001:${realm}:${password}`).digest('hex'),
  ha1Sha256: createHash('sha256').update(`1001:${realm}:${password}`).digest('hex'),
}
const find = async (username: string) => (username === '1001' ? account : undefined)

let clock: SetClock
let digest: Digest
beforeEach(() => {
  clock = new SetClock()
  digest = new Digest({ realm, algorithms: ['MD5', 'SHA-256'], nonces: new Nonces({ clock }) })
})

/** What a phone answers to our challenge. */
function answer({
  algorithm = 'MD5' as DigestAlgorithm,
  user = '1001',
  secret = password,
  method = 'REGISTER',
  header = digest.challenges({ stale: false, algorithms: [algorithm] }).join(),
  count = 1,
} = {}): string {
  const challenge = pickChallenge(header, algorithm)
  if (!challenge) throw new Error(`no challenge in ${header}`)
  return answerChallenge({ challenge, credentials: { user, password: secret }, method, uri: 'sip:yihao', count })
}
const verify = (header: string | undefined, method = 'REGISTER') => digest.verify(header, { method, find })

describe('digest of a phone', () => {
  test.each(['MD5', 'SHA-256'] as const)('the right password is accepted with %s', async (algorithm) => {
    expect(await verify(answer({ algorithm }))).toEqual({ kind: 'accepted', username: '1001' })
  })

  test('without credentials it is asked for them, once for each algorithm and with one nonce', async () => {
    const challenges = digest.challenges({ stale: false, algorithms: ['MD5', 'SHA-256'] })

    expect(await verify(undefined)).toEqual({ kind: 'challenge', stale: false })
    expect(challenges.map((text) => parseDigest(text)?.['algorithm'])).toEqual(['MD5', 'SHA-256'])
    expect(new Set(challenges.map((text) => parseDigest(text)?.['nonce'])).size).toBe(1)
    expect(challenges.join()).not.toContain('stale')
  })

  test.each([
    ['a wrong password', { secret: 'wrong' }],
    ['an unknown user', { user: '9999' }],
    ['an empty password', { secret: '' }],
    ['a response made for another method', { method: 'INVITE' }],
  ])('%s is refused', async (_what, options) => {
    expect(await verify(answer(options))).toMatchObject({ kind: 'refused' })
  })

  test('an unknown user cannot get in with an empty stored secret', async () => {
    const nonce = parseDigest(digest.challenges({ stale: false, algorithms: ['MD5'] }).join())?.['nonce']
    const hash = (text: string) => createHash('md5').update(text).digest('hex')
    const response = hash(`:${nonce}:00000001:c:auth:${hash('REGISTER:sip:yihao')}`)
    const header = `Digest username="9999", realm="${realm}", nonce="${nonce}", uri="sip:yihao", response="${response}", qop=auth, nc=00000001, cnonce="c"`

    expect(await verify(header)).toMatchObject({ kind: 'refused' })
  })

  test('the same answer sent again is stale, the next count is accepted', async () => {
    const header = digest.challenges({ stale: false, algorithms: ['MD5'] }).join()
    const first = answer({ header, count: 1 })

    expect(await verify(first)).toMatchObject({ kind: 'accepted' })
    expect(await verify(first)).toEqual({ kind: 'challenge', stale: true })
    expect(await verify(answer({ header, count: 2 }))).toMatchObject({ kind: 'accepted' })
  })

  test('an answer to an old challenge is stale', async () => {
    const old = answer()
    clock.advance(5 * 60_000 + 1)

    expect(await verify(old)).toEqual({ kind: 'challenge', stale: true })
  })

  test('a wrong password uses up no count of the nonce', async () => {
    const header = digest.challenges({ stale: false, algorithms: ['MD5'] }).join()
    await verify(answer({ header, count: 5, secret: 'wrong' }))

    expect(await verify(answer({ header, count: 1 }))).toMatchObject({ kind: 'accepted' })
  })

  test('an answer whose count was raised by somebody else is refused: the count is under the hash', async () => {
    const raised = answer().replace('nc=00000001', 'nc=00000002')

    expect(await verify(raised)).toMatchObject({ kind: 'refused' })
  })

  test.each([
    ['another realm', (text: string) => text.replace('realm="yihao"', 'realm="other"')],
    ['no qop', (text: string) => text.replace('qop=auth, ', '')],
    ['an algorithm we did not offer', (text: string) => text.replace('algorithm=MD5', 'algorithm=MD5-sess')],
  ])('credentials with %s are asked for anew', async (_what, spoil) => {
    expect(await verify(spoil(answer()))).toEqual({ kind: 'challenge', stale: false })
  })

  test.each([
    ['Basic', () => 'Basic MTAwMTpwYXNz'],
    ['nothing', () => ''],
    ['a short count', () => answer().replace('nc=00000001', 'nc=1')],
    ['a count that is no number', () => answer().replace('nc=00000001', 'nc=zzzzzzzz')],
    ['no cnonce', () => answer().replace(/cnonce="[^"]*"/, 'cnonce=""')],
    ['5 kB', () => `Digest username="${'x'.repeat(5000)}"`],
  ])('an Authorization of %s is malformed', async (_what, header) => {
    expect(await verify(header())).toMatchObject({ kind: 'malformed' })
  })

  test('whatever the header, nobody gets in and nothing throws', async () => {
    const pieces = fc.constantFrom(
      'Digest ',
      'username=',
      '"1001"',
      '\\"',
      'nonce=',
      'nc=00000001',
      ',',
      ' ',
      '=',
      '"',
      '\0',
      'ü',
    )
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(pieces, fc.string({ maxLength: 8 }))), async (parts) => {
        expect((await verify(`Digest ${parts.join('')}`)).kind).not.toBe('accepted')
      }),
    )
  })

  test('quoted characters in a user name are read as what they mean', () => {
    expect(parseDigest('Digest username="a\\"b\\\\c", realm=yihao')).toEqual({ username: 'a"b\\c', realm: 'yihao' })
  })
})
