import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { sql } from 'kysely'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId, projectRoot } from '../../../src/kernel/index.ts'
import { AuditStore, type ChainReport } from '../../../src/tickets/audit/audit-store.ts'
import { inputSenders } from '../../../src/tickets/machine/input-senders.ts'
import { type TicketBody, TicketRoom } from '../../support/ticket-service.ts'
import { until } from '../../support/until.ts'

type Role = 'agent' | 'supervisor' | 'admin' | 'service' | 'unit'
const everybody: readonly Role[] = ['agent', 'supervisor', 'admin', 'service', 'unit']
const desk: readonly Role[] = ['agent', 'supervisor', 'admin']

/** Who may call what, besides the steps, whose senders stand in `inputSenders`. A new route fails the test until it is listed. */
const allowed: Record<string, readonly Role[] | 'public'> = {
  'GET /api/v1/tickets': everybody,
  'POST /api/v1/tickets': [...desk, 'service'],
  'GET /api/v1/tickets/{ticketId}': everybody,
  'PUT /api/v1/tickets/{ticketId}/matter': desk,
  'GET /api/v1/tickets/{ticketId}/steps': everybody,
  'GET /api/v1/tickets/{ticketId}/history': everybody,
  'GET /api/v1/tickets/{ticketId}/duplicates': desk,
  'GET /api/v1/tickets/{ticketId}/units': desk,
  'GET /api/v1/tickets/{ticketId}/merged': everybody,
  'GET /api/v1/tickets/{ticketId}/notices': ['agent', 'supervisor', 'admin', 'unit'],
  'GET /api/v1/form': ['agent', 'supervisor', 'admin', 'unit'],
  'POST /api/v1/caller-tickets': desk,
  'POST /api/v1/worklist': ['agent', 'supervisor', 'admin', 'unit'],
  'GET /api/v1/calls/{callId}/ticket': desk,
  'GET /api/v1/callers/{number}/tickets': desk,
  'GET /api/v1/notices/{number}': ['agent', 'supervisor', 'admin', 'unit'],
  'POST /api/v1/sessions': 'public',
  'POST /api/v1/session': 'public',
  'PUT /api/v1/officials/{username}': ['admin'],
  'GET /api/v1/units': everybody,
  'PUT /api/v1/units/{unitId}': ['admin'],
  'POST /api/v1/units/{unitId}/readmit': ['admin'],
  'POST /api/v1/units/{unitId}/duties': ['supervisor', 'admin'],
  'GET /api/v1/units/{unitId}/on-duty': everybody,
  'GET /api/v1/responsible/{classification}': everybody,
  'PUT /api/v1/responsible/{classification}': ['supervisor', 'admin'],
  'GET /api/v1/progress': 'public',
  'GET /api/v1/figures': everybody,
  'GET /api/v1/webhooks': ['admin'],
  'POST /api/v1/webhooks': ['admin'],
  'DELETE /api/v1/webhooks/{webhookId}': ['admin'],
}
for (const [name, senders] of Object.entries(inputSenders)) {
  const roles = everybody.filter((role) => senders.includes(role))
  if (roles.length > 0) allowed[`POST /api/v1/tickets/{ticketId}/${name.toLowerCase().replaceAll('_', '-')}`] = roles
}
const id = '0724a61c-3750-4219-9704-b683f13f898b'
const examples: Record<string, string> = {
  ticketId: id,
  callId: id,
  webhookId: id,
  number: '13800000001',
  username: 'li',
  unitId: 'housing',
  classification: 'housing',
}

describe('the API of the ticket service', () => {
  let room: TicketRoom
  let agent: string
  let centre: string
  beforeAll(async () => {
    room = await TicketRoom.start()
    agent = room.token('agent', { username: '8001', agentId: '8001' })
    centre = room.token('supervisor')
  })
  afterAll(() => room.stop())

  async function dispatched(unitId: string, callerNumber = '13800000001'): Promise<TicketBody> {
    const { ticketId } = await room.answeredCall({ callerNumber })
    await room.describe(ticketId)
    await room.step(ticketId, 'register', agent, { kind: 'complaint' })
    await room.step(ticketId, 'accept', agent)
    return room.step(ticketId, 'dispatch', agent, { unitId })
  }

  test('its document names the routes of the table of who may call what', async () => {
    const { body } = await room.ask<{ openapi: string; paths: Record<string, object> }>(
      'GET',
      '/api/v1/../../docs/json',
    )

    const documented = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
    expect(body.openapi).toMatch(/^3\.1\./)
    expect(documented.sort()).toEqual(Object.keys(allowed).sort())
  })

  test.each(Object.entries(allowed))('%s is for %s alone', async (route, roles) => {
    const [method = '', path = ''] = route.split(' ')
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => examples[name] ?? '')

    const nobody = await room.ask<{ code?: string }>(method, filled)
    if (roles === 'public') return expect(nobody.status).not.toBe(401)
    expect([nobody.status, nobody.body.code]).toEqual([401, 'not-authenticated'])
    for (const role of everybody) {
      const as = room.token(role, role === 'unit' ? { unitId: 'housing' } : {})
      const { status, body } = await room.ask<{ code?: string }>(method, filled, { as })
      if (roles.includes(role)) expect(body.code).not.toBe('not-permitted')
      else expect([status, body.code]).toEqual([403, 'not-permitted'])
    }
  })

  test('a unit sees its own tickets and those below it, and nobody else’s', async () => {
    const own = await dispatched('street')
    const others = await dispatched('tax')
    const listOf = async (unitId: string) => {
      const as = room.token('unit', { unitId })
      return (
        await room.ask<{ tickets: { ticketId: string }[] }>('GET', '/tickets?limit=200', { as })
      ).body.tickets.map(({ ticketId }) => ticketId)
    }

    expect(await listOf('street')).toContain(own.ticketId)
    expect(await listOf('district')).toContain(own.ticketId)
    expect(await listOf('village')).not.toContain(own.ticketId)
    expect(await listOf('district')).not.toContain(others.ticketId)
    const as = room.token('unit', { unitId: 'district' })
    for (const path of ['', '/history', '/notices', '/steps']) {
      expect((await room.ask('GET', `/tickets/${others.ticketId}${path}`, { as })).status).toBe(404)
    }
    const sign = await room.ask<{ code: string }>('POST', `/tickets/${others.ticketId}/sign`, { as, body: {} })
    expect(sign.body.code).toBe('ticket-not-yours')
    expect(await listOf('nowhere')).toEqual([])
  })

  test('a caller’s number is whole for the desk, masked for programs, and for the unit until it has signed', async () => {
    const { ticketId } = await dispatched('housing', '13912345678')
    const unit = room.token('unit', { unitId: 'housing' })
    const seenBy = async (as: string) =>
      (await room.ask<TicketBody>('GET', `/tickets/${ticketId}`, { as })).body.callerNumber

    expect([await seenBy(agent), await seenBy(unit), await seenBy('token-of-the-reports-program')]).toEqual([
      '13912345678',
      '139****5678',
      '139****5678',
    ])
    await room.step(ticketId, 'sign', unit)
    expect(await seenBy(unit)).toBe('13912345678')
  })

  test('pages follow each other by cursor without gap or repetition', async () => {
    for (let n = 0; n < 5; n += 1) await room.ask('POST', '/tickets', { as: agent, body: { channel: 'web' } })
    const all = (await room.ask<{ tickets: TicketBody[] }>('GET', '/tickets?limit=200', { as: agent })).body.tickets

    const paged: string[] = []
    let next: string | null = ''
    while (next !== null) {
      const cursor: string = next === '' ? '' : `&cursor=${next}`
      const page: { body: { tickets: TicketBody[]; next: string | null } } = await room.ask(
        'GET',
        `/tickets?limit=2${cursor}`,
        {
          as: agent,
        },
      )
      paged.push(...page.body.tickets.map(({ ticketId }) => ticketId))
      next = page.body.next
    }

    expect(paged).toEqual(all.map(({ ticketId }) => ticketId))
    expect((await room.ask('GET', '/tickets?cursor=xyz', { as: agent })).status).toBe(400)
  })

  test('two who change the same ticket: the second is told that it was changed', async () => {
    const { ticketId, revision } = await dispatched('housing')
    const unit = room.token('unit', { unitId: 'housing' })

    const [first, second] = await Promise.all(
      [1, 2].map(() =>
        room.ask<{ code?: string }>('POST', `/tickets/${ticketId}/sign`, { as: unit, body: { revision } }),
      ),
    )

    expect([first?.status, second?.status].sort()).toEqual([200, 409])
    expect([first?.body.code, second?.body.code].filter(Boolean)).toEqual(['ticket-changed'])
  })

  test('the citizen asks with number and code how far it is; a wrong code tells nothing', async () => {
    const { number, queryCode } = await dispatched('housing')
    const wrong = String((Number(queryCode) + 1) % 1_000_000).padStart(6, '0')

    const right = await room.ask('GET', `/progress?number=${number}&code=${queryCode}`)
    const guessed = await room.ask<{ detail: string }>('GET', `/progress?number=${number}&code=${wrong}`)
    const unknown = await room.ask<{ detail: string }>('GET', `/progress?number=YH20260302999999&code=${wrong}`)

    expect(right.body).toMatchObject({ state: 'dispatched', step: '已转办，待签收', unit: '市住房局', overdue: false })
    expect([guessed.status, guessed.body.detail]).toEqual([unknown.status, unknown.body.detail])
    expect(guessed.status).toBe(404)
  })

  test('after twenty wrong codes a ticket is told of to nobody: six digits could be tried through', async () => {
    const { ticketId, number, queryCode } = await dispatched('housing')
    await room.db.updateTable('tickets').set({ wrong_codes: 20 }).where('ticket_id', '=', ticketId).execute()

    const right = await room.ask<{ code: string }>('GET', `/progress?number=${number}&code=${queryCode}`)

    expect([right.status, right.body.code]).toEqual([404, 'progress-refused'])
  })

  test('duplicates are proposed by number, by address and by similar words', async () => {
    const matter = {
      title: '路灯不亮',
      content: '小区门口的路灯已经一周不亮了',
      classification: null,
      contactName: '',
      confidential: false,
    }
    const file = async (callerNumber: string, change: object) => {
      const body = { channel: 'web', callerNumber, matter: { ...matter, address: '', ...change } }
      const { ticketId } = (await room.ask<TicketBody>('POST', '/tickets', { as: agent, body })).body
      await room.step(ticketId, 'register', agent, { kind: 'complaint' })
      return ticketId
    }
    const bySimilarWords = await file('13700000001', { content: '我们小区门口路灯一周不亮' })
    const byAddress = await file('13700000002', { title: '积水', content: '下雨', address: '人民路 12 号' })
    const byNumber = await file('13700000003', { title: '噪音', content: '夜间施工' })
    await file('13700000004', { title: '停车', content: '占道停车' })
    const ticketId = await file('13700000003', { address: '人民路12号' })

    const { body } = await room.ask<{ ticketId: string; because: string }[]>('GET', `/tickets/${ticketId}/duplicates`, {
      as: agent,
    })

    const found = Object.fromEntries(body.map((each) => [each.ticketId, each.because]))
    expect(found).toEqual({ [bySimilarWords]: 'similar-text', [byAddress]: 'same-address', [byNumber]: 'same-number' })
  })

  test('what is merged under a parent is closed with it, and everybody is told', async () => {
    await room.keepFacts('ticket.citizen-told')
    const parent = await dispatched('housing')
    const unit = room.token('unit', { unitId: 'housing' })
    const children: string[] = []
    for (const callerNumber of ['13600000001', '13600000002']) {
      const { ticketId } = await room.answeredCall({ callerNumber })
      await room.step(ticketId, 'register', agent, { kind: 'complaint' })
      await room.step(ticketId, 'merge', agent, { parentId: parent.ticketId })
      children.push(ticketId)
    }
    const itself = await room.ask<{ code: string }>('POST', `/tickets/${parent.ticketId}/merge`, {
      as: agent,
      body: { parentId: parent.ticketId },
    })

    for (const name of ['sign', 'start']) await room.step(parent.ticketId, name, unit)
    await room.step(parent.ticketId, 'reply', unit, { reply: '已修' })
    for (const name of ['review', 'pass']) await room.step(parent.ticketId, name, centre)
    await room.step(parent.ticketId, 'visit', agent, {
      channel: 'phone',
      reached: true,
      resolved: true,
      satisfied: true,
    })

    await until(async () => {
      const states = await room.db.selectFrom('tickets').select('state').where('ticket_id', 'in', children).execute()
      return states.every(({ state }) => state === 'closed')
    }, 'the children are closed')
    expect(itself.body.code).toBe('merge-refused')
    const told = await room.db
      .selectFrom('facts')
      .select('subject')
      .where('type', '=', 'ticket.citizen-told')
      .where(sql<boolean>`data ->> 'text' like '%一并办结%'`)
      .execute()
    expect(told.map(({ subject }) => subject).sort()).toEqual([...children].sort())
  })

  test('the audit is a chain: an entry that is changed, taken out or put in is found', async () => {
    const audit = new AuditStore({ db: room.db })
    await until(async () => (await audit.verify()).unsealed === 0, 'everything is sealed')
    const whole = await audit.verify()

    const attempt = (change: ReturnType<typeof sql>) =>
      room.db.transaction().execute(async (db) => {
        await change.execute(db)
        const { ok } = await new AuditStore({ db }).verify(whole.head ?? undefined)
        await sql`rollback`.execute(db)
        return ok
      })

    expect(whole.ok).toBe(true)
    expect(await attempt(sql`select 1`)).toBe(true)
    expect(await attempt(sql`update audit_entries set actor = 'nobody' where position = 3`)).toBe(false)
    expect(await attempt(sql`delete from audit_entries where position = 3`)).toBe(false)
    expect(
      await attempt(sql`delete from audit_entries where position = (select max(position) from audit_entries)`),
    ).toBe(false)
  })

  test('the command that verifies the audit says so by its exit, and finds a chain rewritten as a whole by a link noted elsewhere', async () => {
    const { ticketId } = await room.answeredCall()
    const audit = new AuditStore({ db: room.db })
    await until(async () => (await audit.verify()).unsealed === 0, 'everything is sealed')
    const whole = await verifyAudit(room.databaseUrl)
    const link = `${whole.report.head?.position}:${whole.report.head?.hash}`

    const noted = await verifyAudit(room.databaseUrl, '--link', link)
    const foreign = await verifyAudit(room.databaseUrl, '--link', `1:${'0'.repeat(64)}`)
    await sql`update audit_entries set actor = 'nobody' where subject = ${ticketId}`.execute(room.db)
    const tampered = await verifyAudit(room.databaseUrl)
    await sql`update audit_entries set actor = 'hotline' where subject = ${ticketId}`.execute(room.db)

    expect([whole.code, noted.code, foreign.code, tampered.code]).toEqual([0, 0, 1, 1])
    expect(tampered.report.faults[0]).toMatch(/entry \d+ at place \d+ was changed/)
    expect((await verifyAudit(room.databaseUrl)).code).toBe(0)
  })

  test('an official logs in here, commands for the own unit, and every refusal is problem+json', async () => {
    const admin = room.token('admin')
    await room.ask('PUT', '/officials/li', { as: admin, body: { unitId: 'housing', password: 'a long password' } })

    const { body, status } = await room.ask<{ token: string }>('POST', '/sessions', {
      body: { username: 'li', password: 'a long password' },
    })
    const wrong = await room.ask<{ code: string }>('POST', '/sessions', { body: { username: 'li', password: 'x' } })
    const { ticketId } = await dispatched('housing')
    const signed = await room.step(ticketId, 'sign', body.token)

    expect([status, wrong.status, wrong.body.code]).toEqual([201, 401, 'login-refused'])
    expect(signed.responsible).toEqual({ kind: 'unit', id: 'housing' })
  })

  test('a unit says who is on duty, and whoever rings now is told whom to ring', async () => {
    const duty = (person: string, startsAt: string, endsAt: string) =>
      room.ask('POST', '/units/housing/duties', {
        as: centre,
        body: {
          person,
          phone: '02512345678',
          startsAt: `2026-03-${startsAt}+08:00`,
          endsAt: `2026-03-${endsAt}+08:00`,
        },
      })
    await duty('值班员甲', '02T08:00:00', '02T20:00:00')
    await duty('值班员乙', '02T20:00:00', '03T08:00:00')
    const backwards = await duty('值班员丙', '03T08:00:00', '02T08:00:00')

    const { body } = await room.ask<{ person: string }[]>('GET', '/units/housing/on-duty', { as: agent })

    expect(body.map(({ person }) => person)).toEqual(['值班员甲'])
    expect(backwards.status).toBe(400)
  })

  test('the catalogue proposes the unit that is responsible on the day', async () => {
    const line = (unitId: string, from: string, to: string | null) =>
      room.ask('PUT', '/responsible/lamps', { as: centre, body: { unitId, from, to } })
    await line('housing', '2026-01-01', '2026-03-01')
    await line('market', '2026-03-02', null)
    const on = async (date: string) =>
      (await room.ask<{ unitId: string }[]>('GET', `/responsible/lamps${date}`, { as: agent })).body.map(
        ({ unitId }) => unitId,
      )

    expect([await on('?date=2026-03-01'), await on(''), await on('?date=2025-12-31')]).toEqual([
      ['housing'],
      ['market'],
      [],
    ])
  })

  test('no log line has the number of a caller, whatever goes well or wrong', async () => {
    const lines: string[] = []
    const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
    const noted = await TicketRoom.start({ logger })
    const { callId, ticketId } = await noted.answeredCall({ callerNumber: '13912345678' })
    await noted.keepFacts('*')
    await noted.step(ticketId, 'register', noted.token('agent'), { kind: 'complaint' })
    await noted.ask('POST', `/tickets/${ticketId}/sign`, { as: noted.token('unit', { unitId: 'tax' }), body: {} })
    await noted.ask('GET', '/callers/13912345678/tickets', { as: noted.token('agent') })
    await noted.ask('GET', '/callers/13912345678x/tickets', { as: noted.token('agent') })
    noted.feed.log.append('call.advised', { callId, agentId: '8001', target: '12366' })
    noted.feed.log.append('call.offered', {
      ...{ callId: newId(), line: '', switch: 'one', legId: newId(), callerNumber: '13912345678' },
      ...{ callerName: '', sipCallId: 'x', adopted: false },
    })
    await until(() => lines.some((line) => line.includes('set aside')), 'a fact is set aside')
    await until(() => lines.some((line) => line.includes('webhook not delivered')), 'a delivery failed')
    await noted.stop()

    expect(lines.length).toBeGreaterThan(10)
    expect(lines.filter((line) => line.includes('13912345678'))).toEqual([])
  })

  test('the machine’s drawing is served as a picture', async () => {
    const answer = await fetch(`${room.url}/machine.svg`)

    expect(answer.headers.get('content-type')).toContain('image/svg+xml')
    expect(await answer.text()).toContain('returnVisit')
  })

  test('whoever took the call answers for the ticket until a unit has signed', async () => {
    const { ticketId, responsible } = await dispatched('housing')
    const after = await room.step(ticketId, 'sign', room.token('unit', { unitId: 'housing' }))

    expect(responsible).toEqual({ kind: 'agent', id: '8001' })
    expect(after.responsible).toEqual({ kind: 'unit', id: 'housing' })
  })
})

/** What `npm run verify-audit` does after building. */
async function verifyAudit(databaseUrl: string, ...flags: string[]) {
  const command = join(projectRoot(), 'dist/scripts/verify-audit.js')
  const child = spawn(process.execPath, [command, ...flags], { env: { ...process.env, DATABASE_URL: databaseUrl } })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  const [code] = (await once(child, 'close')) as [number]
  return { code, report: JSON.parse(said) as ChainReport }
}
