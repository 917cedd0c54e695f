import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { stateCouncilDays } from '../../../src/hours/calendar-arithmetic.ts'
import { projectRoot } from '../../../src/kernel/index.ts'
import { type TicketBody, TicketRoom } from '../../support/ticket-service.ts'
import { until } from '../../support/until.ts'

interface NoticeView {
  readonly number: string
  readonly kind: string
  readonly stage: string
  readonly copiedTo: readonly string[]
  readonly unitId: string | null
}

describe('limits of a ticket', () => {
  let room: TicketRoom
  let centre: string
  let unit: string
  beforeEach(async () => {
    room = await TicketRoom.start()
    centre = room.token('supervisor')
    unit = room.token('unit', { unitId: 'housing' })
  })
  afterEach(() => room.stop())

  /** A complaint dispatched to the housing office on Monday 2 March 2026, 9:00, due on Wednesday 11 March, 17:30. */
  async function dispatched(): Promise<string> {
    const { ticketId } = await room.answeredCall()
    await room.describe(ticketId)
    await room.step(ticketId, 'register', centre, { kind: 'complaint' })
    await room.step(ticketId, 'accept', centre)
    await room.step(ticketId, 'dispatch', centre, { unitId: 'housing' })
    return ticketId
  }
  const noticesOf = async (ticketId: string) =>
    (await room.ask<NoticeView[]>('GET', `/tickets/${ticketId}/notices`, { as: centre })).body
  const kindsOf = async (ticketId: string, stage: string) =>
    (await noticesOf(ticketId)).filter((notice) => notice.stage === stage).map(({ kind }) => kind)

  test('a unit that says nothing is reminded, urged with a copy to its leader, and criticised, each once', async () => {
    const ticketId = await dispatched()
    await room.step(ticketId, 'sign', unit)

    room.clock.setTo('2026-03-10T17:29+08:00')
    await room.service.wakeDue()
    expect(await kindsOf(ticketId, 'handle')).toEqual([])
    for (const time of ['2026-03-10T17:31', '2026-03-11T17:31', '2026-03-13T17:31', '2026-03-20T09:00']) {
      room.clock.setTo(`${time}+08:00`)
      await room.service.wakeDue()
      await room.service.wakeDue()
    }

    expect(await kindsOf(ticketId, 'handle')).toEqual(['reminder', 'urging', 'criticism'])
    const [, urging] = await noticesOf(ticketId)
    expect(urging).toMatchObject({ number: 'YH-CB-2026-000001', copiedTo: ['住房局局长'] })
  })

  test('the clock of a ticket nobody signs runs all the same', async () => {
    const ticketId = await dispatched()

    room.clock.setTo('2026-03-11T17:31+08:00')
    await room.service.wakeDue()

    expect(await kindsOf(ticketId, 'sign')).toContain('urging')
    expect(await kindsOf(ticketId, 'handle')).toContain('urging')
  })

  test('a service that stood still catches up, once each', async () => {
    const ticketId = await dispatched()
    await room.step(ticketId, 'sign', unit)

    room.clock.setTo('2026-04-30T09:00+08:00')
    await room.service.wakeDue()
    await room.service.wakeDue()

    expect((await kindsOf(ticketId, 'handle')).sort()).toEqual(['criticism', 'reminder', 'urging'])
  })

  test('a service that was stopped catches up at its start, once each, and once more does nothing', async () => {
    const ticketId = await dispatched()
    await room.step(ticketId, 'sign', unit)
    const { databaseUrl } = room

    for (const now of ['2026-04-30T09:00+08:00', '2026-05-20T09:00+08:00']) {
      await room.stop()
      room = await TicketRoom.start({ databaseUrl, now })
      await until(async () => (await kindsOf(ticketId, 'handle')).length === 3, 'three notices')
      await room.service.wakeDue()
    }

    expect((await kindsOf(ticketId, 'handle')).sort()).toEqual(['criticism', 'reminder', 'urging'])
  })

  test('each limit has its durable job, written with the step, and the job does what is due', async () => {
    const ticketId = await dispatched()
    await room.step(ticketId, 'sign', unit)
    room.clock.setTo('2026-03-10T17:29+08:00')
    // The slot of the reminder, a working day before the limit, ends at 17:31.
    const before = Date.parse('2026-03-10T17:31+08:00')
    const jobs = () =>
      sql<{ key: string }>`select key from tickets_jobs.jobs where key = ${`wake:${before}`}`.execute(room.db)
    expect((await jobs()).rows).toHaveLength(1)

    room.clock.setTo('2026-03-10T17:31+08:00')
    await sql`update tickets_jobs._private_jobs set run_at = now() where key = ${`wake:${before}`}`.execute(room.db)

    await until(async () => (await jobs()).rows.length === 0, 'the job is done')
    expect(await kindsOf(ticketId, 'handle')).toEqual(['reminder'])
  })

  test('a step that is undone leaves no job', async () => {
    const ticketId = await dispatched()
    const jobs = () => sql`select key from tickets_jobs.jobs where key like 'wake:%'`.execute(room.db)
    const { rows: planned } = await jobs()

    const undone = room.db.transaction().execute(async (db) => {
      const by = { id: 'li', role: 'unit', unitId: 'housing' } as const
      await room.service.office.within(db).send({ ticketId, type: 'SIGN', data: {}, by, origin: 'test' })
      throw new Error('power cut')
    })
    await expect(undone).rejects.toThrow('power cut')

    expect((await jobs()).rows).toEqual(planned)
    const { body } = await room.ask<{ state: string }>('GET', `/tickets/${ticketId}`, { as: centre })
    expect(body.state).toBe('dispatched')
  })

  test('a rule that is changed while the service stands moves the limits of tickets that run', async () => {
    const ticketId = await dispatched()
    const { databaseUrl } = room
    const rules = readFileSync(join(projectRoot(), 'cities/default.yaml'), 'utf8')
    const city = join(mkdtempSync(join(tmpdir(), 'yihao-city-')), 'default.yaml')
    writeFileSync(city, rules.replace('stage: handle, within: 7 working days', 'stage: handle, within: 3 working days'))

    await room.stop()
    room = await TicketRoom.start({ databaseUrl, city })

    const ticket = async () => (await room.ask<{ dueAt: string }>('GET', `/tickets/${ticketId}`, { as: centre })).body
    await until(async () => (await ticket()).dueAt === '2026-03-05T09:30:00.000Z', 'the limit is counted anew')
    const { body } = await room.ask<{ action: string; origin: string }[]>('GET', `/tickets/${ticketId}/history`, {
      as: centre,
    })
    expect(body.at(-1)).toMatchObject({ action: 'REPLAN', origin: 'rules' })
  })

  test('who is late is told: the unit of signing and handling, the centre of the rest', async () => {
    const ticketId = await dispatched()
    await room.step(ticketId, 'sign', unit)
    await room.step(ticketId, 'start', unit)
    await room.step(ticketId, 'reply', unit, { reply: '已处理' })

    await room.step(ticketId, 'urge', centre, { stage: 'review' })

    const [notice] = await noticesOf(ticketId)
    expect(notice).toMatchObject({ stage: 'review', unitId: null, copiedTo: [] })
    const { body } = await room.ask<string>('GET', `/notices/${notice?.number}`, {
      as: centre,
      headers: { accept: 'text/plain' },
    })
    expect(body).toContain('市政府12345热线中心：')
  })

  test('an urging notice is a document, as HTML and as text, in which nothing of others is markup', async () => {
    const ticketId = await dispatched()
    const matter = {
      title: '<b>灯</b>',
      content: '',
      classification: null,
      address: '',
      contactName: '',
      confidential: false,
    }
    const { revision } = (await room.ask<TicketBody>('GET', `/tickets/${ticketId}`, { as: centre })).body
    await room.ask('PUT', `/tickets/${ticketId}/matter`, { as: centre, body: { ...matter, revision } })
    await room.step(ticketId, 'urge', centre, { stage: 'handle', note: '市民第二次来电' })

    const [notice] = await noticesOf(ticketId)
    const html = await room.ask<string>('GET', `/notices/${notice?.number}`, { as: unit })
    const text = await room.ask<string>('GET', `/notices/${notice?.number}`, {
      as: unit,
      headers: { accept: 'text/plain' },
    })

    expect(html.body).toContain('催办通知书')
    expect(html.body).toContain('市住房局')
    expect(html.body).not.toContain('<b>灯')
    expect(text.body).toContain('<b>灯</b>')
    expect(text.body).toContain('市民第二次来电')
  })

  test('an extension is asked for before expiry, moves the limit when approved, and the citizen is told', async () => {
    await room.keepFacts('ticket.citizen-told')
    const ticketId = await dispatched()
    await room.step(ticketId, 'sign', unit)
    const asked = { until: '2026-03-25T17:30:00+08:00', grounds: '需要外调材料' }

    await room.step(ticketId, 'request-extension', unit, asked)
    const { dueAt, extension } = await room.step(ticketId, 'approve-extension', centre)

    expect(dueAt).toBe('2026-03-25T09:30:00.000Z')
    expect(extension?.decision).toBe('approved')
    const told = await room.db.selectFrom('facts').select('data').where('type', '=', 'ticket.citizen-told').execute()
    expect(JSON.stringify(told)).toContain('2026年3月25日')
  })

  test('an extension after expiry, a second one, and one that promises less are refused with the reason', async () => {
    const ticketId = await dispatched()
    await room.step(ticketId, 'sign', unit)
    const ask = (until: string) =>
      room.ask<{ code: string; detail: string }>('POST', `/tickets/${ticketId}/request-extension`, {
        as: unit,
        body: { until, grounds: 'x' },
      })

    const less = await ask('2026-03-10T17:30:00+08:00')
    room.clock.setTo('2026-03-12T09:00+08:00')
    const late = await ask('2026-03-25T17:30:00+08:00')

    expect(less.body).toMatchObject({ code: 'transition-refused', detail: expect.stringContaining('is not after') })
    expect(late.status).toBe(409)
    expect(late.body.detail).toContain('before expiry, which was at 2026-03-11T09:30')
    expect(late.body.detail).toContain('Possible in state signed: ')
  })

  test('a holiday entered later moves the limits of tickets that run', async () => {
    const ticketId = await dispatched()

    room.feed.log.append('calendar.day-changed', {
      calendarId: 'state-council',
      date: '2026-03-05',
      kind: 'holiday',
      name: '临时放假',
      by: 'admin',
    })

    await until(async () => {
      const { body } = await room.ask<{ dueAt: string }>('GET', `/tickets/${ticketId}`, { as: centre })
      return body.dueAt === '2026-03-12T09:30:00.000Z'
    }, 'the limit moved by a day')
    const { body } = await room.ask<{ action: string; origin: string }[]>('GET', `/tickets/${ticketId}/history`, {
      as: centre,
    })
    expect(body.at(-1)).toMatchObject({ action: 'REPLAN', origin: 'calendar' })
    expect(stateCouncilDays().some(({ date }) => date === '2026-03-05')).toBe(false)
  })

  test('"not ours" is said within two working days and with reasons, the centre decides, and the third time it is too late', async () => {
    const ticketId = await dispatched()
    const returned = async () => {
      await room.step(ticketId, 'return', unit, { reason: '不属我局职责' })
      await room.step(ticketId, 'uphold-return', centre, { note: '同意' })
      return room.step(ticketId, 'dispatch', centre, { unitId: 'housing' })
    }

    await returned()
    const { dueAt } = await returned()
    const third = await room.ask<{ detail: string }>('POST', `/tickets/${ticketId}/return`, {
      as: unit,
      body: { reason: 'x' },
    })

    expect(dueAt).toBe('2026-03-11T09:30:00.000Z')
    expect(third.body.detail).toContain('it was returned 2 times, and the rules allow 2')
  })

  test('after two working days a ticket is not returned any more', async () => {
    const ticketId = await dispatched()
    await room.step(ticketId, 'sign', unit)

    room.clock.setTo('2026-03-04T17:31+08:00')
    const late = await room.ask<{ detail: string }>('POST', `/tickets/${ticketId}/return`, {
      as: unit,
      body: { reason: 'x' },
    })

    expect(late.body.detail).toContain('the time for returning was over at 2026-03-04T09:30')
  })

  test('a closed ticket goes to the archive by itself when its time has come', async () => {
    const ticketId = await dispatched()
    await room.step(ticketId, 'sign', unit)
    await room.step(ticketId, 'start', unit)
    await room.step(ticketId, 'reply', unit, { reply: '已处理' })
    await room.step(ticketId, 'review', centre)
    await room.step(ticketId, 'pass', centre)
    const closed = await room.step(ticketId, 'visit', centre, {
      channel: 'phone',
      reached: true,
      resolved: true,
      satisfied: false,
    })

    room.clock.setTo('2026-03-10T00:01+08:00')
    await room.service.wakeDue()

    expect(closed).toMatchObject({ state: 'closed', closedBy: 'replied', resolved: true, satisfied: false })
    const { body } = await room.ask<{ state: string }>('GET', `/tickets/${ticketId}`, { as: centre })
    expect(body.state).toBe('archived')
  })
})
