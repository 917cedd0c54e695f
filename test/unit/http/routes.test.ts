import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HotlineClient } from '../../../scripts/client/hotline-client.ts'
import { type HotlineInProcess, startHotlineInProcess } from '../../support/hotline-in-process.ts'
import { until } from '../../support/until.ts'

type Role = 'agent' | 'supervisor' | 'admin' | 'service'
const everybody: readonly Role[] = ['agent', 'supervisor', 'admin', 'service']
const people: readonly Role[] = ['agent', 'supervisor', 'admin']
const overseersOfHours: readonly Role[] = ['supervisor', 'admin']
const overseers: readonly Role[] = ['supervisor', 'admin', 'service']
const callId = '0724a61c-3750-4219-9704-b683f13f898b'

/** Who may call what. A new route fails the test below until it is listed here. */
const allowed: Record<string, readonly Role[] | 'public'> = {
  'POST /api/v1/session': 'public',
  'GET /api/v1/session': everybody,
  'DELETE /api/v1/session': 'public',
  'POST /api/v1/sessions': 'public',
  'GET /api/v1/sessions/ended': ['service'],
  'DELETE /api/v1/users/{username}/sessions': ['admin'],
  'POST /api/v1/users': ['admin'],
  'PUT /api/v1/phones/{extension}': ['admin'],
  'POST /api/v1/browser-phone': people,
  'GET /api/v1/citizen-phone': 'public',
  'GET /api/v1/agents': everybody,
  'GET /api/v1/agents/{agentId}': everybody,
  'PUT /api/v1/agents/{agentId}': ['supervisor', 'admin'],
  'POST /api/v1/agents/{agentId}/login': people,
  'POST /api/v1/agents/{agentId}/ready': people,
  'POST /api/v1/agents/{agentId}/break': people,
  'POST /api/v1/agents/{agentId}/logout': people,
  'GET /api/v1/calls': overseers,
  'GET /api/v1/calls/{callId}/events': overseers,
  'POST /api/v1/calls/{callId}/release': people,
  'POST /api/v1/calls/{callId}/emergency': people,
  'POST /api/v1/calls/{callId}/listen': overseersOfHours,
  'POST /api/v1/calls/{callId}/whisper': overseersOfHours,
  'POST /api/v1/calls/{callId}/barge': overseersOfHours,
  'POST /api/v1/calls/{callId}/take-over': overseersOfHours,
  'GET /api/v1/calls/{callId}/monitors': overseersOfHours,
  'DELETE /api/v1/calls/{callId}/monitors/{agentId}': overseersOfHours,
  'GET /api/v1/incident-announcements': everybody,
  'PUT /api/v1/incident-announcements/{line}': overseersOfHours,
  'DELETE /api/v1/incident-announcements/{line}': overseersOfHours,
  'POST /api/v1/notices': overseersOfHours,
  'GET /api/v1/notices': everybody,
  'DELETE /api/v1/notices/{noticeId}': overseersOfHours,
  'GET /api/v1/agents/{agentId}/groups': everybody,
  'PUT /api/v1/agents/{agentId}/groups': ['supervisor', 'admin'],
  'GET /api/v1/codes': everybody,
  'POST /api/v1/calls/{callId}/wrap-up': people,
  'GET /api/v1/callers': everybody,
  'GET /api/v1/callers/{number}': everybody,
  'PUT /api/v1/callers/{number}': overseersOfHours,
  'DELETE /api/v1/callers/{number}': overseersOfHours,
  'GET /api/v1/callbacks': everybody,
  'POST /api/v1/callbacks': people,
  'POST /api/v1/callbacks/{callbackId}/take': people,
  'POST /api/v1/callbacks/{callbackId}/cancel': people,
  'GET /api/v1/calendars': everybody,
  'GET /api/v1/calendars/{calendarId}/at': everybody,
  'POST /api/v1/calendars/{calendarId}/close': overseersOfHours,
  'POST /api/v1/calendars/{calendarId}/reopen': overseersOfHours,
  'GET /api/v1/calendar-days': everybody,
  'GET /api/v1/calendar-days/{date}': everybody,
  'PUT /api/v1/calendar-days/{date}': overseersOfHours,
  'DELETE /api/v1/calendar-days/{date}': overseersOfHours,
  'POST /api/v1/calls/{callId}/hold': people,
  'POST /api/v1/calls/{callId}/retrieve': people,
  'POST /api/v1/calls/{callId}/return': people,
  'POST /api/v1/calls/{callId}/join': people,
  'POST /api/v1/calls/{callId}/complete': people,
  'POST /api/v1/calls/{callId}/consult': people,
  'POST /api/v1/calls/{callId}/transfer': people,
  'POST /api/v1/calls/{callId}/recording/pause': people,
  'POST /api/v1/calls/{callId}/recording/resume': people,
  'GET /api/v1/recordings': overseers,
  'GET /api/v1/recordings/{callId}': overseers,
  'GET /api/v1/recordings/{callId}/audio': overseersOfHours,
  'DELETE /api/v1/recordings/{callId}': ['admin'],
  'GET /api/v1/voicemails': everybody,
  'GET /api/v1/voicemails/{voicemailId}': everybody,
  'GET /api/v1/voicemails/{voicemailId}/audio': everybody,
  'POST /api/v1/voicemails/{voicemailId}/handled': people,
  'DELETE /api/v1/voicemails/{voicemailId}': overseersOfHours,
  'POST /api/v1/calls/{callId}/advice': people,
  'GET /api/v1/branches': everybody,
  'POST /api/v1/outbound-calls': people,
  'GET /api/v1/outbound-calls': people,
  'POST /api/v1/outbound-calls/{callId}/outcome': people,
  'POST /api/v1/calls/{callId}/callback': people,
  'GET /api/v1/branches/{number}': everybody,
  'GET /api/v1/metrics/intervals': everybody,
  'GET /api/v1/metrics/summary': everybody,
  'GET /api/v1/metrics/ratings': everybody,
  'GET /api/v1/metrics/now': everybody,
  'GET /api/v1/metrics/branches': everybody,
  'GET /api/v1/metrics/agents': everybody,
  'GET /api/v1/metrics/callbacks': everybody,
  'GET /api/v1/menus': people,
  'GET /api/v1/menu-prompts': overseersOfHours,
  'GET /api/v1/menu-prompts/{language}/{name}/audio': overseersOfHours,
  'POST /api/v1/menu-dry-runs': overseersOfHours,
  'GET /api/v1/reports/intervals': overseersOfHours,
  'GET /api/v1/reports/agents': overseersOfHours,
  'GET /api/v1/staffing': overseersOfHours,
  'GET /api/v1/desk': people,
  'GET /api/v1/desk/not-reached': people,
  'POST /api/v1/desk/phone': people,
  'DELETE /api/v1/desk/phone/{legId}': people,
  'POST /api/v1/call-history': overseersOfHours,
}
const examples: Record<string, string> = {
  extension: '8001',
  number: '12366',
  agentId: '8001',
  callId,
  noticeId: callId,
  line: '12345',
  callbackId: callId,
  calendarId: 'always',
  date: '2026-10-01',
  voicemailId: callId,
  language: 'cmn',
  name: 'welcome',
}

interface OpenApi {
  readonly openapi: string
  readonly paths: Record<string, Record<string, { responses?: Record<string, unknown>; tags?: string[] }>>
}

describe('HTTP API', () => {
  let service: HotlineInProcess
  const tokens = {} as Record<Role, string>
  let document: OpenApi
  beforeAll(async () => {
    service = await startHotlineInProcess()
    const admin = await HotlineClient.login(service.url, { username: 'admin', password: service.adminPassword })
    await admin.put('/agents/8001', { name: 'One' })
    await admin.put('/agents/8002', { name: 'Two' })
    await Promise.all(['8001', '8002'].map((extension) => service.registerPhone(extension)))
    tokens.admin = admin.token
    for (const role of ['agent', 'supervisor', 'service'] as const) {
      const user = { username: `a.${role}`, password: 'a long password' }
      await admin.post('/users', { ...user, role, agentId: role === 'agent' ? '8001' : null })
      tokens[role] = (await HotlineClient.login(service.url, user)).token
    }
    document = (await (await fetch(`${service.url}/docs/json`)).json()) as OpenApi
  })
  afterAll(() => service.stop())

  const ask = (method: string, path: string, { token, body }: { token?: string; body?: unknown } = {}) =>
    fetch(`${service.url}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
  const problemOf = async (answer: Response) => {
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/)
    return (await answer.json()) as { type: string; title: string; status: number; detail: string; code: string }
  }
  const filled = (path: string) => path.replace(/\{(\w+)\}/g, (_, name: string) => examples[name] ?? '')

  test('the document of the API is OpenAPI 3.1, open to all, and every operation says what it answers', () => {
    expect(document.openapi).toMatch(/^3\.1\./)
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods))
    expect(operations.length).toBeGreaterThan(10)
    for (const { responses, tags } of operations) {
      expect(Object.keys(responses ?? {}).length).toBeGreaterThan(0)
      expect(tags?.length).toBe(1)
    }
  })

  test('the document and the table of who may call what name the same routes', () => {
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )

    expect(documented.sort()).toEqual(Object.keys(allowed).sort())
  })

  test('the pages of the documentation are open to all', async () => {
    const page = await ask('GET', '/docs/')

    expect(page.status).toBe(200)
    expect(await page.text()).toContain('swagger')
  })

  test.each(Object.entries(allowed))('%s is for %s alone', async (route, roles) => {
    const [method = '', path = ''] = route.split(' ')

    const nobody = await ask(method, filled(path))
    if (roles === 'public') {
      expect(nobody.status).not.toBe(401)
      return
    }
    expect(nobody.status).toBe(401)
    expect((await problemOf(nobody)).code).toBe('not-authenticated')
    for (const role of everybody) {
      const answer = await ask(method, filled(path), { token: tokens[role] })
      if (roles.includes(role))
        expect([401, 403]).not.toContain(answer.status === 403 ? await ownRefusal(answer) : answer.status)
      else expect([answer.status, (await problemOf(answer)).code]).toEqual([403, 'not-permitted'])
    }
  })

  /** 403 may also mean "not your agent, not your call"; that is not about the role. */
  async function ownRefusal(answer: Response): Promise<number> {
    return (await problemOf(answer)).code === 'not-permitted' ? 403 : 200
  }

  test.each(['GET', 'POST', 'PUT', 'DELETE', 'PATCH'])(
    '%s of something that is not there is a problem, without a token too',
    async (method) => {
      const answer = await ask(method, '/api/v1/nothing')

      expect(answer.status).toBe(404)
      expect((await problemOf(answer)).code).toBe('not-found')
    },
  )

  test('an agent commands itself and nobody else', async () => {
    const own = await ask('POST', '/api/v1/agents/8001/login', { token: tokens.agent, body: { extension: '8001' } })
    const other = await ask('POST', '/api/v1/agents/8002/login', { token: tokens.agent, body: { extension: '8002' } })

    expect(own.status).toBe(200)
    expect(other.status).toBeGreaterThanOrEqual(400)
    expect((await problemOf(other)).code).toBe('agent-command-refused')
  })

  test.each([
    ['no body', 'POST', '/api/v1/users', undefined],
    ['a missing field', 'POST', '/api/v1/users', { username: 'x' }],
    ['a role that is none', 'POST', '/api/v1/users', { username: 'x', password: 'long enough', role: 'root' }],
    ['a short password', 'POST', '/api/v1/users', { username: 'x', password: 'short', role: 'agent' }],
    ['a hostile user name', 'POST', '/api/v1/users', { username: "x'; --", password: 'long enough', role: 'agent' }],
    ['a hostile extension', 'PUT', '/api/v1/phones/8001%0d%0aapi', { password: 'long enough' }],
    ['an agent id with a space', 'PUT', '/api/v1/agents/80%2001', { name: 'x' }],
    ['an unknown field', 'PUT', '/api/v1/agents/8001', { name: 'x', admin: true }],
    ['no name', 'PUT', '/api/v1/agents/8001', { name: '' }],
    ['a wrap-up of a day', 'PUT', '/api/v1/agents/8001', { name: 'x', wrapUpSeconds: 86_400 }],
    [
      'an agent nobody knows',
      'POST',
      '/api/v1/users',
      { username: 'x', password: 'long enough', role: 'agent', agentId: '9999' },
    ],
    ['a call that is no id', 'POST', '/api/v1/calls/all/release', {}],
    ['a time that is none', 'GET', '/api/v1/metrics/summary?from=yesterday', undefined],
    [
      'a span that ends before it begins',
      'GET',
      '/api/v1/metrics/summary?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z',
      undefined,
    ],
    ['a span of ten years', 'GET', '/api/v1/metrics/intervals?from=2016-01-02T00:00:00Z', undefined],
    ['an interval of 0', 'GET', '/api/v1/metrics/intervals?interval=0', undefined],
    ['broken JSON', 'POST', '/api/v1/users', '{"username":'],
    ['a NUL in a name', 'PUT', '/api/v1/agents/8001', { name: 'a\0b' }],
    ['a NUL in a skill', 'PUT', '/api/v1/agents/8001', { name: 'x', skills: ['\0'] }],
    ['a NUL in a query', 'GET', '/api/v1/metrics/summary?queue=%00', undefined],
  ])('%s is refused with 400 and a code', async (_what, method, path, body) => {
    const answer = await ask(method, path, { token: tokens.admin, body })

    expect(answer.status).toBe(400)
    const { code, detail, status, type } = await problemOf(answer)
    expect(code).toMatch(/^[a-z-]+$/)
    expect(type).toBe(`urn:yihao:problem:${code}`)
    expect(status).toBe(400)
    expect(detail).not.toBe('')
    expect(code).not.toBe('internal-error')
  })

  test('a body nested a hundred thousand deep is refused, and nothing worse', async () => {
    const body = `{"name":"x","deep":${'['.repeat(100_000)}${']'.repeat(100_000)}}`

    const answer = await ask('POST', '/api/v1/agents/8001/break', { token: tokens.admin, body })

    expect(answer.status).toBe(400)
  })

  test.each([
    ['a body of 2 MB', { 'content-type': 'application/json' }, `{"name":"${'x'.repeat(2 * 1024 * 1024)}"}`, 413],
    ['a body in XML', { 'content-type': 'text/xml' }, '<a/>', 415],
  ])('%s is refused', async (_what, headers, body, status) => {
    const answer = await fetch(`${service.url}/api/v1/agents/8001`, {
      method: 'PUT',
      headers: { ...headers, authorization: `Bearer ${tokens.admin}` },
      body,
    })

    expect(answer.status).toBe(status)
    expect((await problemOf(answer)).code).toBe('request-refused')
  })

  test('a wrong password and an unknown user get the same answer', async () => {
    const wrong = await ask('POST', '/api/v1/sessions', { body: { username: 'admin', password: 'wrong' } })
    const unknown = await ask('POST', '/api/v1/sessions', { body: { username: 'nobody', password: 'wrong' } })

    expect([wrong.status, unknown.status]).toEqual([401, 401])
    expect(await wrong.json()).toEqual(await unknown.json())
  })

  test('guessing a password is slowed down after ten attempts a minute, and others still log in', async () => {
    const guess = () => ask('POST', '/api/v1/sessions', { body: { username: 'a.supervisor', password: 'wrong' } })
    const answers = []
    for (let attempt = 0; attempt < 12; attempt += 1) answers.push(await guess())

    expect(answers.map(({ status }) => status).filter((status) => status === 429).length).toBeGreaterThanOrEqual(1)
    const [refused] = answers.filter(({ status }) => status === 429)
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0)
    if (refused) expect((await problemOf(refused)).code).toBe('too-many-requests')
    const other = { username: 'a.service', password: 'a long password' }
    expect((await ask('POST', '/api/v1/sessions', { body: other })).status).toBe(201)
  })

  test.each([
    ['made by another', () => token({ secret: 'guessed' })],
    [
      'without a signature',
      () => `${encode({ alg: 'none', typ: 'JWT' })}.${encode({ username: 'admin', role: 'admin' })}.`,
    ],
    ['cut short', () => tokens.admin.slice(0, -3)],
    [
      'with another role written into it',
      () => {
        const [head, , seal] = tokens.agent.split('.')
        return `${head}.${encode({ username: 'a.agent', role: 'admin', agentId: null, iat: 1 })}.${seal}`
      },
    ],
    ['that is none', () => 'x'],
    ['in Chinese', () => encodeURIComponent('令牌')],
  ])('a token %s is refused', async (_what, make) => {
    const answer = await ask('GET', '/api/v1/agents', { token: make() })

    expect(answer.status).toBe(401)
    expect((await problemOf(answer)).code).toBe('not-authenticated')
  })

  test('a token in the address is not looked at: addresses stand in logs', async () => {
    expect((await ask('GET', `/api/v1/agents?token=${tokens.admin}`)).status).toBe(401)
  })

  test('the page for Prometheus can be read by it, and names no person', async () => {
    const answer = await ask('GET', '/metrics')
    const text = await answer.text()

    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
    const lines = text.split('\n').filter((line) => line !== '')
    expect(lines.length).toBeGreaterThan(10)
    for (const line of lines) {
      expect(line).toMatch(
        /^(# (HELP|TYPE) [a-z_:][\w:]* .+|[a-z_:][\w:]*(\{(\w+="([^"\\\n]|\\.)*",?)*\})? (NaN|[+-]Inf|[-+\d.e]+))$/i,
      )
    }
    expect(text).not.toContain('admin')
  })

  test('an answer tells browsers to be careful with it', async () => {
    const { headers } = await ask('GET', '/healthz')

    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toContain("default-src 'self'")
  })

  test('the service is ready while its switch is connected, and alive without it', async () => {
    const ready = async () => (await ask('GET', '/readyz')).status
    await until(async () => (await ready()) === 200, 'ready')

    await service.eventSocket.close()

    await until(async () => (await ready()) === 503, 'not ready')
    expect((await ask('GET', '/healthz')).status).toBe(200)
    await service.eventSocket.listen()
    await until(async () => (await ready()) === 200, 'ready again')
  })
})

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')

function token({ secret }: { secret: string }): string {
  const text = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ username: 'admin', role: 'admin', agentId: null })}`
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}
