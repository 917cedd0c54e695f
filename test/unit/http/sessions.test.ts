import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { HotlineClient } from '../../../scripts/client/hotline-client.ts'
import { systemClock } from '../../../src/kernel/index.ts'
import { EndedSessionList } from '../../../src/tickets/stream/ended-session-list.ts'
import { silent } from '../../support/database.ts'
import { type HotlineInProcess, startHotlineInProcess } from '../../support/hotline-in-process.ts'

const password = 'a long password'

describe('sessions', () => {
  let service: HotlineInProcess
  let admin: HotlineClient
  beforeAll(async () => {
    service = await startHotlineInProcess({
      SERVICE_TOKENS: 'tickets:the-token-of-the-ticket-service',
      SIP_WS_URL: 'ws://127.0.0.1:5066',
    })
    admin = await HotlineClient.login(service.url, { username: 'admin', password: service.adminPassword })
  })
  afterAll(() => service.stop())

  async function supervisor(username: string): Promise<string> {
    await admin.post('/users', { username, password, role: 'supervisor' })
    return tokenOf(username)
  }
  const tokenOf = async (username: string) => (await HotlineClient.login(service.url, { username, password })).token
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
  const status = async (headers: Record<string, string>, url = service.url) =>
    (await fetch(`${url}/api/v1/agents`, { headers })).status
  const logOut = (headers: Record<string, string>) =>
    fetch(`${service.url}/api/v1/session`, { method: 'DELETE', headers })

  test('a token is refused after its session was ended, and other sessions of the same user go on', async () => {
    const [ended, other] = [await supervisor('wang'), await tokenOf('wang')]
    expect(await status(bearer(ended))).toBe(200)

    expect((await logOut(bearer(ended))).status).toBe(204)

    expect(await status(bearer(ended))).toBe(401)
    expect(await status(bearer(other))).toBe(200)
  })

  test('who logs out of a browser has ended the session, also for a copy of the cookie and for its socket', async () => {
    await supervisor('chen')
    const login = await fetch(`${service.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'chen', password }),
    })
    const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? ''
    const { csrfToken } = (await login.json()) as { csrfToken: string }
    const socket = new WebSocket(`${service.url.replace('http', 'ws')}/live`, {
      headers: { cookie, origin: service.url },
    })
    await new Promise((resolve) => socket.once('message', resolve))
    const closed = new Promise((resolve) => socket.once('close', resolve))

    await logOut({ cookie, 'x-csrf-token': csrfToken })

    await closed
    expect(await status({ cookie })).toBe(401)
  })

  test('nobody is logged out by a request that another site made the browser send', async () => {
    await supervisor('zhao')
    const login = await fetch(`${service.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'zhao', password }),
    })
    const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? ''

    await logOut({ cookie })

    expect(await status({ cookie })).toBe(200)
  })

  test('an admin ends all sessions of a user, who may log in again; the ticket service hears of it', async () => {
    const tokens = [await supervisor('liu'), await tokenOf('liu')]
    const other = await supervisor('zhou')

    await admin.delete('/users/liu/sessions')

    for (const token of tokens) expect(await status(bearer(token))).toBe(401)
    const again = await tokenOf('liu')
    expect(await status(bearer(again))).toBe(200)
    const list = new EndedSessionList({
      hotlineUrl: service.url,
      token: 'the-token-of-the-ticket-service',
      clock: systemClock,
      logger: silent,
    })
    await list.start()
    list.stop()
    const isOver = (token: string) => list.ended.isOver(claimsOf(token))
    expect([...tokens, again, other].map(isOver)).toEqual([true, true, false, false])
  })

  test('the phone of a browser ends with the session that opened it, and with no other of its user', async () => {
    await admin.put('/agents/8601', { name: '8601', skills: [], languages: ['cmn'], wrapUpSeconds: null })
    await admin.post('/users', { username: 'sun', password, role: 'agent', agentId: '8601' })
    const [first, second] = [await tokenOf('sun'), await tokenOf('sun')]
    await HotlineClient.with(service.url, first).post('/browser-phone')
    await HotlineClient.with(service.url, second).post('/browser-phone')
    const phone = () =>
      admin.post('/agents/8601/login', { extension: 'web-8601' }).then(
        () => 'registered',
        (error: { code?: string }) => error.code,
      )

    await logOut(bearer(first))
    expect(await phone()).toBe('phone-not-registered')

    await logOut(bearer(second))
    expect(await phone()).toBe('phone-unknown')
  })

  test('the process that takes over refuses what the one before it ended', async () => {
    const first = await startHotlineInProcess()
    const standby = startHotlineInProcess({ DATABASE_URL: first.databaseUrl })
    const credentials = { username: 'admin', password: first.adminPassword }
    const [ended, kept] = [
      await HotlineClient.login(first.url, credentials),
      await HotlineClient.login(first.url, credentials),
    ]
    await fetch(`${first.url}/api/v1/session`, { method: 'DELETE', headers: bearer(ended.token) })

    await first.stop()
    const second = await standby

    expect(await status(bearer(ended.token), second.url)).toBe(401)
    expect(await status(bearer(kept.token), second.url)).toBe(200)
    await second.stop()
  })
})

function claimsOf(token: string) {
  const text = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()
  return JSON.parse(text) as Parameters<EndedSessionList['ended']['isOver']>[0]
}
