import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Softswitch, startSoftswitch } from '../../../../src/embedded/softswitch/index.ts'
import { createLogger } from '../../../../src/kernel/index.ts'
import { EslClient } from '../../../contract/switch-esl-client.ts'

const password = 'a good one'
let softswitch: Softswitch
beforeAll(async () => {
  softswitch = await startSoftswitch({
    sip: { host: '127.0.0.1', port: 0 },
    esl: { host: '127.0.0.1', port: 0, password },
    rtp: { first: 0, last: 0 },
    configuration: 'dialplans',
    environment: {},
    logger: createLogger({ name: 'softswitch', level: 'silent' }),
  })
})
afterAll(async () => await softswitch.close())

const login = () => EslClient.login({ eslPort: softswitch.eslPort, eslPassword: password })

test.each([
  ['headers without end', Buffer.alloc(2 * 1024 * 1024, 'x')],
  ['a Content-Length that cannot be meant', Buffer.from('sendmsg x\nContent-Length: 4294967296\n\n')],
])('event socket - a client that sends %s is closed', async (_name, data) => {
  const client = await login()

  client.raw(data)

  await client.untilClosed()
})

test('event socket - a Content-Length that promises more than comes holds up only its own connection', async () => {
  const [liar, honest] = [await login(), await login()]
  liar.raw('sendmsg x\nContent-Length: 100\n\nshort\n\napi status\n\n')

  expect(await honest.api('global_getvar yihao_absence_seconds')).toBe('4')

  liar.close()
  honest.close()
})

test('event socket - clients that vanish at any moment do no harm', async () => {
  for (const text of ['', 'au', 'auth', `auth ${password}\n`, `auth ${password}\n\nevent json ALL\n\napi stat`]) {
    const socket = await opened()
    socket.write(text)
    socket.resetAndDestroy()
  }

  const client = await login()
  expect(await client.api('show channels count')).toBe('\n0 total.\n')
  client.close()
})

test('event socket - NUL, broken UTF-8 and line ends in arguments are answered, one command one answer', async () => {
  const client = await login()

  client.raw(Buffer.from([...Buffer.from('api eval a'), 0, 0xff, 0xfe, 0x0a, 0x0a]))
  client.raw('api eval second\n\n')
  const answers = [await client.answer(), await client.answer()]

  expect(answers[0]?.body.startsWith('a\0')).toBe(true)
  expect(answers[1]?.body).toBe('second')
  client.close()
})

test('faults - standin drops every other client without a word', async () => {
  const [dropped, asking] = [await login(), await login()]

  expect(await asking.api('standin drop_esl')).toBe('+OK\n')

  await dropped.untilClosed()
  expect(dropped.notices).toEqual([])
  expect(await asking.api('create_uuid')).toHaveLength(36)
  asking.close()
})

test('faults - standin holds events back, and refuses new clients', async () => {
  const client = await login()
  await client.send('event json CUSTOM yihao::late')
  await client.api('standin slow_events 200')
  const begun = Date.now()
  await client.send('sendevent CUSTOM\nEvent-Subclass: yihao::late')

  await client.event('CUSTOM')
  const lateMs = Date.now() - begun
  await client.api('standin slow_events 0')
  await client.api('standin refuse_esl on')
  const refused = await EslClient.open(softswitch.eslPort)
  await refused.untilClosed()
  await client.api('standin refuse_esl off')

  expect(lateMs).toBeGreaterThanOrEqual(195)
  client.close()
})

function opened(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(softswitch.eslPort, '127.0.0.1', () => resolve(socket))
    socket.once('error', reject)
  })
}
