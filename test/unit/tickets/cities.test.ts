import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { projectRoot } from '../../../src/kernel/index.ts'
import { readCity } from '../../../src/read-city.ts'
import { readCityRules } from '../../../src/tickets/rules/read-city-rules.ts'
import { TicketRoom } from '../../support/ticket-service.ts'

const cities = join(projectRoot(), 'cities')
const satisfied = { channel: 'phone', reached: true, resolved: true, satisfied: true }

describe('the profiles of cities', () => {
  let room: TicketRoom
  afterEach(async () => room.stop())

  /** The city's service on Monday 2 March 2026, 9:00, with an agent, the centre and officials. */
  async function at(city: string) {
    room = await TicketRoom.start({ city })
    const agent = room.token('agent', { username: '8001', agentId: '8001' })
    const centre = room.token('supervisor')
    const official = (unitId: string) => room.token('unit', { unitId })
    const noticesOf = async (ticketId: string, stage: string) => {
      const { body } = await room.ask<{ kind: string; stage: string }[]>('GET', `/tickets/${ticketId}/notices`, {
        as: centre,
      })
      return body.filter((notice) => notice.stage === stage).map(({ kind }) => kind)
    }
    /** A call that becomes a ticket and is dispatched. */
    const dispatched = async (unitId: string, about: object) => {
      const { ticketId } = await room.answeredCall()
      await room.step(ticketId, 'register', agent, about)
      await room.step(ticketId, 'accept', agent)
      const ticket = await room.step(ticketId, 'dispatch', agent, { unitId })
      return { ticketId, dueAt: beijing(ticket.dueAt) }
    }
    /** From the signature to the return visit. */
    const handled = async (ticketId: string, unitId: string) => {
      for (const name of ['sign', 'start']) await room.step(ticketId, name, official(unitId))
      await room.step(ticketId, 'reply', official(unitId), { reply: '已办理' })
      for (const name of ['review', 'pass']) await room.step(ticketId, name, centre)
    }
    /** The days go by until the ticket is in the archive. */
    const archived = async (ticketId: string, time: string) => {
      room.clock.setTo(`${time}+08:00`)
      await room.service.wakeDue()
      const { body } = await room.ask<{ state: string }>('GET', `/tickets/${ticketId}`, { as: centre })
      return body.state
    }
    const refusal = async (ticketId: string, name: string, as: string, body: object = {}) =>
      (await room.ask<{ detail: string }>('POST', `/tickets/${ticketId}/${name}`, { as, body })).body.detail
    return { agent, centre, official, noticesOf, dispatched, handled, archived, refusal }
  }

  test('Shenzhen - a consultation is answered on the telephone and counts as answered at once; three languages; lines keep their numbers', async () => {
    const { agent, centre, archived } = await at('shenzhen')
    const { languages, branches, targets } = await readCityRules(join(cities, 'shenzhen.yaml'))
    const { ticketId } = await room.answeredCall()
    const other = await room.answeredCall({ callerNumber: '13800000002' })
    await room.step(other.ticketId, 'register', agent, { kind: 'help' })

    const answered = await room.step(ticketId, 'answer', agent, { kind: 'consultation', answer: '凭身份证办理。' })

    expect(answered).toMatchObject({ state: 'answered', closedBy: 'answered' })
    const { body } = await room.ask<{ shares: object; targets: object }>('GET', '/figures', { as: centre })
    expect(body).toMatchObject({ shares: { directAnswer: 50 }, targets: { directAnswer: 80 } })
    expect(languages).toEqual(['cmn', 'yue', 'en'])
    expect([...branches.keys()].sort()).toEqual(['12315', '12333', '12366'])
    expect(targets.answeredWithin).toEqual({ seconds: 15, first: 50, target: 80 })
    expect(await archived(ticketId, '2026-03-13T00:01')).toBe('archived')
  })

  test('Beijing - urgent matters are phoned through and due in 24 hours, others in 7 to 14 days that run through weekends; 51 sub-centres', async () => {
    const { agent, dispatched, handled, archived } = await at('beijing')
    const { units, targets } = await readCityRules(join(cities, 'beijing.yaml'))

    const urgent = await dispatched('sub-centre-01', { kind: 'help', urgency: 'urgent' })
    const phoned = await room.step(urgent.ticketId, 'call-out', agent, { number: '01012345678', note: '已电话告知' })
    const help = await dispatched('sub-centre-02', { kind: 'help' })
    const suggestion = await dispatched('sub-centre-03', { kind: 'suggestion' })
    await handled(urgent.ticketId, 'sub-centre-01')
    await room.step(urgent.ticketId, 'visit', agent, satisfied)

    expect(urgent.dueAt).toBe('2026-03-03T09:00')
    expect(phoned.state).toBe('dispatched')
    expect([help.dueAt, suggestion.dueAt]).toEqual(['2026-03-10T00:00', '2026-03-17T00:00'])
    expect(units.filter(({ type }) => type === 'sub-centre')).toHaveLength(51)
    expect(targets.seats).toBe(200)
    expect(await archived(urgent.ticketId, '2026-03-17T00:01')).toBe('archived')
  })

  test('Nanjing 96180 - every service call is visited, and a firm rated unsatisfied three times running is expelled', async () => {
    const { agent, centre, dispatched, handled, archived, refusal } = await at('nanjing')
    const rated = async (unitId: string, satisfaction: boolean) => {
      const { ticketId } = await dispatched(unitId, { kind: 'help' })
      await handled(ticketId, unitId)
      await room.step(ticketId, 'visit', agent, { ...satisfied, satisfied: satisfaction })
      return ticketId
    }

    for (const satisfaction of [false, false, true, false, false]) await rated('firm-001', satisfaction)
    const stillThere = await dispatched('firm-001', { kind: 'help' })
    const last = await rated('firm-001', false)
    const { ticketId } = await room.answeredCall()
    await room.step(ticketId, 'register', agent, { kind: 'help' })
    await room.step(ticketId, 'accept', agent)

    expect(stillThere.dueAt).toBe('2026-03-03T09:00')
    expect(await refusal(ticketId, 'dispatch', agent, { unitId: 'firm-001' })).toContain('unit firm-001 was expelled')
    const answered = await room.answeredCall()
    await room.step(answered.ticketId, 'answer', agent, { answer: '已告知营业时间' })
    expect(await refusal(answered.ticketId, 'archive', centre)).toContain('the return visit is still to be made')
    await room.step(answered.ticketId, 'visit', agent, satisfied)
    expect(await archived(last, '2026-03-10T00:01')).toBe('archived')
    const { units } = await readCityRules(join(cities, 'nanjing.yaml'))
    expect(units.filter(({ type }) => type === 'partner')).toHaveLength(400)
  })

  test('Dongguan - three branch modes, ten specialist groups, and a complaint about taxes is a ticket of the tax office', async () => {
    const { agent, dispatched, handled, archived } = await at('dongguan')
    const { branches } = await readCityRules(join(cities, 'dongguan.yaml'))
    const { queues } = await readCity(join(cities, 'dongguan.yaml'))

    const { body } = await room.ask<{ unitId: string }[]>('GET', '/responsible/tax', { as: agent })
    const { ticketId, dueAt } = await dispatched(body[0]?.unitId ?? '', { kind: 'complaint' })
    await handled(ticketId, 'tax')
    await room.step(ticketId, 'visit', agent, satisfied)

    expect(new Set([...branches.values()].map(({ mode }) => mode))).toEqual(
      new Set(['sub-centre', 'specialist-seats', 'direct-merge']),
    )
    expect(branches.get('12366')).toMatchObject({ reachedBy: ['three-way', 'transfer'], complaintsTo: 'tax' })
    expect(branches.get('12366')?.busyAdvice).toContain('12366')
    expect([...queues.values()].filter(({ skills }) => skills.length > 0)).toHaveLength(10)
    expect(dueAt).toBe('2026-03-11T18:00')
    expect(await archived(ticketId, '2026-03-10T00:01')).toBe('archived')
  })

  test('Qidong - 5, 7 and 10 working days, return within 2, extension before expiry, urging then criticism, leaders’ items revisited by the centre', async () => {
    const { agent, centre, official, noticesOf, dispatched, archived, refusal } = await at('qidong')
    const unit = official('bureau-11')
    const consultation = await dispatched('bureau-11', { kind: 'consultation' })
    const complaint = await dispatched('bureau-11', { kind: 'complaint' })
    const investigation = await dispatched('bureau-11', { kind: 'complaint', investigation: true })
    expect([consultation.dueAt, complaint.dueAt, investigation.dueAt]).toEqual([
      '2026-03-09T17:30',
      '2026-03-11T17:30',
      '2026-03-16T17:30',
    ])

    await room.step(complaint.ticketId, 'sign', unit)
    await room.step(complaint.ticketId, 'instruct', centre, { leader: '市长', instruction: '请速办' })
    await room.step(complaint.ticketId, 'request-extension', unit, {
      until: '2026-03-18T17:30:00+08:00',
      grounds: '取证',
    })
    const extended = await room.step(complaint.ticketId, 'approve-extension', centre)
    await room.step(complaint.ticketId, 'start', unit)
    room.clock.setTo('2026-03-05T09:00+08:00')
    const returned = await refusal(investigation.ticketId, 'return', unit, { reason: '不属我局职责' })
    for (const day of ['17T17:31', '18T17:31', '20T17:31']) {
      room.clock.setTo(`2026-03-${day}+08:00`)
      await room.service.wakeDue()
    }
    await room.step(complaint.ticketId, 'reply', unit, { reply: '已处理' })
    for (const name of ['review', 'pass']) await room.step(complaint.ticketId, name, centre)
    const byAgent = await refusal(complaint.ticketId, 'visit', agent, satisfied)
    await room.step(complaint.ticketId, 'visit', centre, satisfied)

    expect(beijing(extended.dueAt)).toBe('2026-03-18T17:30')
    expect(returned).toContain('the time for returning was over at 2026-03-04T09:30')
    expect(await noticesOf(complaint.ticketId, 'handle')).toEqual(['reminder', 'urging', 'criticism'])
    expect(byAgent).toContain('the centre itself makes the visit')
    expect(await archived(complaint.ticketId, '2026-03-28T00:01')).toBe('archived')
    const { units } = await readCityRules(join(cities, 'qidong.yaml'))
    expect(units.filter(({ level }) => level === 2)).toHaveLength(74)
  })

  test('Jinan - telephone, short message and mailbox in one stream, and a ticket goes down four levels to the village', async () => {
    const { agent, centre, official, archived } = await at('jinan')
    const { levels, targets, languages } = await readCityRules(join(cities, 'jinan.yaml'))
    const channels = ['sms', 'web', 'mail']
    for (const channel of channels) await room.ask('POST', '/tickets', { as: agent, body: { channel } })
    const { ticketId } = await room.answeredCall()
    await room.step(ticketId, 'register', agent, { kind: 'help' })
    await room.step(ticketId, 'accept', agent)
    await room.step(ticketId, 'dispatch', agent, { unitId: 'lixia' })

    let due: string | null = null
    for (const [from, to] of [
      ['lixia', 'quancheng'],
      ['quancheng', 'community'],
    ] as const) {
      await room.step(ticketId, 'sign', official(from))
      due = (await room.step(ticketId, 'hand-down', official(from), { unitId: to })).dueAt
    }
    const sideways = await room.ask('POST', `/tickets/${ticketId}/sign`, { as: official('water'), body: {} })
    await room.step(ticketId, 'sign', official('community'))
    await room.step(ticketId, 'start', official('community'))
    await room.step(ticketId, 'reply', official('community'), { reply: '已修好' })
    for (const name of ['review', 'pass']) await room.step(ticketId, name, centre)
    await room.step(ticketId, 'visit', agent, satisfied)

    const { body } = await room.ask<{ tickets: { channel: string }[] }>('GET', '/tickets', { as: centre })
    expect(body.tickets.map(({ channel }) => channel).sort()).toEqual(['mail', 'phone', 'sms', 'web'])
    expect(beijing(due)).toBe('2026-03-09T18:00')
    expect(sideways.status).toBe(403)
    expect(levels).toHaveLength(4)
    expect(languages).toContain('en')
    expect(targets).toMatchObject({ replied: 100, closed: 97, seats: 60 })
    const figures = await room.ask('GET', '/figures', { as: centre })
    expect(figures.body).toMatchObject({ shares: { replied: 100, closed: 100 } })
    expect(await archived(ticketId, '2026-03-10T00:01')).toBe('archived')
  })
})

test.each(readdirSync(cities))('%s is a city for the hotline and for its tickets', async (file) => {
  const [city, rules] = [await readCity(join(cities, file)), await readCityRules(join(cities, file))]

  expect(`${city.name}.yaml`).toBe(file)
  expect(rules.city).toBe(city.name)
})

/** As clocks in China show it. */
function beijing(iso: string | null): string {
  return new Date(Date.parse(iso ?? '') + 8 * 60 * 60 * 1000).toISOString().slice(0, 16)
}
