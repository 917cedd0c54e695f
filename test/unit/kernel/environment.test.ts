import { expect, test } from 'vitest'
import { readConfig } from '../../../src/config.ts'
import { ConfigurationError, Environment } from '../../../src/kernel/index.ts'

test('environment - one start tells everything that is wrong', () => {
  const start = () =>
    readConfig({ HTTP_LISTEN: 'nowhere', DRAIN_SECONDS: '-1', LOG_LEVEL: 'loud', SWITCHES: '127.0.0.1:99999' })

  expect(start).toThrow(ConfigurationError)
  for (const name of ['DATABASE_URL', 'SWITCH_ESL_PASSWORD', 'HTTP_LISTEN', 'DRAIN_SECONDS', 'LOG_LEVEL', 'SWITCHES']) {
    expect(start).toThrow(name)
  }
})

test('environment - what is set wins over what is assumed, blanks count as not set', () => {
  const config = readConfig({
    DATABASE_URL: 'postgres://x',
    SWITCH_ESL_PASSWORD: 'x',
    SOUND_KEYS: 'x',
    SWITCHES: '10.0.0.1:8021, [::1]:8022',
    SIP_REALM: '  ',
  })

  expect(config.switches).toEqual([
    { host: '10.0.0.1', port: 8021, name: '10.0.0.1:8021' },
    { host: '::1', port: 8022, name: '::1:8022' },
  ])
  expect(config.sipRealm).toBe('yihao')
  expect(Object.isFrozen(config)).toBe(true)
})

test('environment - browsers of other machines are sent to a secured WebSocket, or to none', () => {
  const needed = { DATABASE_URL: 'postgres://x', SWITCH_ESL_PASSWORD: 'x', SOUND_KEYS: 'x' }
  const told = (url: string) => readConfig({ ...needed, SIP_WS_URL: url }).sipWsUrl

  expect(told('wss://desk.example:5067')).toBe('wss://desk.example:5067')
  expect(['ws://127.0.0.1:5066', 'ws://localhost:5066', 'ws://[::1]:5066'].map(told)).toHaveLength(3)
  expect(() => told('ws://10.0.0.1:5066')).toThrow('need wss://')
})

test.each(['1.5', '1e9', 'x', '', '101', '-0.1'])('environment - %j is no number from 1 to 100, or not set', (text) => {
  const environment = new Environment({ N: text })

  expect(environment.integer('N', { fallback: 7, min: 1, max: 100 })).toBe(7)
  if (text === '') environment.check()
  else expect(() => environment.check()).toThrow(/N=.*from 1 to 100/)
})
