import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readListen } from '../../../../src/embedded/sip-server/listen-setting.ts'
import { newTlsKeys, writeTlsKeys } from '../../../support/tls-keys.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'yihao-tls-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

test('SIP_LISTEN - browsers elsewhere are heard with a certificate, those of this machine without', async () => {
  const keys = await newTlsKeys()
  const { cert, key } = writeTlsKeys(folder, keys)

  const [plain, secured] = readListen({
    SIP_LISTEN: 'ws:127.0.0.1:5066, wss:0.0.0.0:5067',
    SIP_TLS_CERT: cert,
    SIP_TLS_KEY: key,
  })

  expect(plain).toEqual({ transport: 'ws', host: '127.0.0.1', port: 5066, origins: [] })
  expect(secured).toEqual({ transport: 'wss', host: '0.0.0.0', port: 5067, origins: [], tls: keys })
})

test.each([
  [{ SIP_LISTEN: 'ws:0.0.0.0:5066' }, 'use wss there'],
  [{ SIP_LISTEN: 'wss:0.0.0.0:5067' }, 'set SIP_TLS_CERT and SIP_TLS_KEY'],
  [{ SIP_TLS_CERT: '/nowhere/cert.pem' }, 'belong together'],
  [{ SIP_TLS_CERT: '/nowhere/cert.pem', SIP_TLS_KEY: '/nowhere/key.pem' }, '/nowhere/cert.pem cannot be read'],
  [{ SIP_LISTEN: 'sctp:127.0.0.1:5060' }, 'not of the form'],
])('SIP_LISTEN - %o is refused', (env, why) => {
  expect(() => readListen(env)).toThrow(why)
})
