import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { type HotlineInProcess, startHotlineInProcess } from '../../support/hotline-in-process.ts'

describe('a browser session', () => {
  let service: HotlineInProcess
  let cookie = ''
  let csrfToken = ''
  let header = ''
  beforeAll(async () => {
    service = await startHotlineInProcess()
    const answer = await ask('POST', '/session', { body: { username: 'admin', password: service.adminPassword } })
    header = answer.headers.get('set-cookie') ?? ''
    cookie = header.split(';')[0] ?? ''
    csrfToken = ((await answer.json()) as { csrfToken: string }).csrfToken
  })
  afterAll(() => service.stop())

  const ask = (
    method: string,
    path: string,
    { body, headers = {} }: { body?: object; headers?: Record<string, string> } = {},
  ) =>
    fetch(`${service.url}/api/v1${path}`, {
      method,
      headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    })

  const socket = (origin: string) =>
    new Promise<string>((resolve) => {
      const live = new WebSocket(`${service.url.replace('http', 'ws')}/live`, { headers: { cookie }, origin })
      live.on('open', () => {
        live.close()
        resolve('open')
      })
      live.on('error', ({ message }) => resolve(message))
    })

  test('is a cookie that scripts cannot read and other sites cannot send', () => {
    expect(header).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/)
  })

  test('tells who is logged in, and the same token to show', async () => {
    const answer = await ask('GET', '/session', { headers: { cookie } })

    expect(await answer.json()).toEqual({ user: { username: 'admin', role: 'admin', agentId: null }, csrfToken })
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  test.each([
    ['without the token', {}],
    ['with another token', { 'x-csrf-token': 'x'.repeat(24) }],
  ])('changes nothing %s', async (_what, headers) => {
    const answer = await ask('PUT', '/agents/8001', { body: { name: 'x' }, headers: { cookie, ...headers } })

    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([403, 'request-forged'])
  })

  test('changes things with the token', async () => {
    const headers = { cookie, 'x-csrf-token': csrfToken }
    expect((await ask('PUT', '/agents/8001', { body: { name: 'x' }, headers })).status).toBe(200)
  })

  test('opens the feed for our own pages and for no other', async () => {
    expect(await socket(service.url)).toBe('open')
    expect(await socket('http://elsewhere.example')).toContain('403')
    expect(await socket('null')).toContain('403')
  })

  test('ends with the logout', async () => {
    const answer = await ask('DELETE', '/session', { headers: { cookie } })

    expect(answer.status).toBe(204)
    expect(answer.headers.get('set-cookie')).toMatch(/^yihao-session=; .*Expires=Thu, 01 Jan 1970/)
  })

  test('a cookie that somebody made up is refused', async () => {
    const answer = await ask('GET', '/session', { headers: { cookie: 'yihao-session=x.y.z' } })

    expect(answer.status).toBe(401)
  })
})
