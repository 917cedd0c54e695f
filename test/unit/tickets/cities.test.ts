import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { newId, projectRoot } from '../../../src/kernel/index.ts'
import { readCity } from '../../../src/read-city.ts'
import { readCityRules } from '../../../src/tickets/rules/read-city-rules.ts'
import { TicketRoom } from '../../support/ticket-service.ts'
import { until } from '../../support/until.ts'

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
      await room.describe(ticketId)
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
    const figures = async () => (await room.ask<Figures>('GET', '/figures', { as: centre })).body
    return { agent, centre, official, noticesOf, dispatched, handled, archived, refusal, figures }
  }

  /** A call that waited in a queue before it was answered. */
  async function queuedCall(waitedMs: number) {
    const call = await room.answeredCall({ waitedMs, callerNumber: `138${String(waitedMs).padStart(8, '0')}` })
    const need = { queue: 'general', skills: [], language: 'yue', priority: 0 }
    const about = { callId: call.callId, ...need, menuPath: [], queuedAt: room.clock.now() - 1 }
    room.feed.log.append('call.queued', { ...about, reason: 'menu' })
    return call
  }

  test('Shenzhen - 50 % then 80 % within 15 s, a consultation answered at once counts as such; three languages; lines keep their numbers', async () => {
    const { agent, archived, figures } = await at('shenzhen')
    const { languages, branches, targets } = await readCityRules(join(cities, 'shenzhen.yaml'))
    const waits = [14_000, 15_000, 40_000]
    const calls = []
    for (const waitedMs of waits) calls.push(await queuedCall(waitedMs))
    const [ticketId = '', other = '', late = ''] = calls.map((call) => call.ticketId)
    await room.step(late, 'void', agent, { reason: '无声电话' })
    await room.step(other, 'register', agent, { kind: 'help' })

    const answered = await room.step(ticketId, 'answer', agent, { kind: 'consultation', answer: '凭身份证办理。' })

    expect(answered).toMatchObject({ state: 'answered', closedBy: 'answered' })
    await until(async () => (await figures()).answerRate?.offered === 3, 'three calls are counted')
    expect(await figures()).toMatchObject({
      shares: { directAnswer: 50 },
      answerRate: { seconds: 15, answeredInTimeOfOffered: 66.7 },
      targets: { directAnswer: 80 },
      reached: { answeredWithinFirst: true, answeredWithin: false, directAnswer: false },
    })
    expect(languages).toEqual(['cmn', 'yue', 'en'])
    expect([...branches.keys()].sort()).toEqual(['12315', '12333', '12366'])
    expect([...branches.values()].every(({ keepsNumber }) => keepsNumber === true)).toBe(true)
    expect(targets.answeredWithin).toEqual({ seconds: 15, first: 50, target: 80 })
    expect(await archived(ticketId, '2026-03-13T00:01')).toBe('archived')
  })

  test('Beijing - consultations are answered from knowledge at once, urgent matters phoned through within the hour and followed up, others due in 7 to 14 days that run through weekends; 51 sub-centres', async () => {
    const { agent, dispatched, handled, archived, noticesOf } = await at('beijing')
    const { units, targets } = await readCityRules(join(cities, 'beijing.yaml'))

    const consulted = await room.answeredCall({ callerNumber: '13800000003' })
    const answered = await room.step(consulted.ticketId, 'answer', agent, {
      kind: 'consultation',
      answer: '依知识库答复',
    })
    const urgent = await dispatched('chaoyang', { kind: 'help', urgency: 'urgent' })
    const silent = await dispatched('chaoyang', { kind: 'help', urgency: 'urgent' })
    const phoned = await room.step(urgent.ticketId, 'call-out', agent, { number: '01012345678', note: '已电话告知' })
    const help = await dispatched('heating', { kind: 'help' })
    const suggestion = await dispatched('metro', { kind: 'suggestion' })
    room.clock.setTo('2026-03-02T10:01+08:00')
    await room.service.wakeDue()
    await handled(urgent.ticketId, 'chaoyang')
    const followedUp = await room.step(urgent.ticketId, 'visit', agent, satisfied)

    expect(urgent.dueAt).toBe('2026-03-03T09:00')
    expect([answered.closedBy, phoned.state, followedUp.state]).toEqual(['answered', 'dispatched', 'closed'])
    expect([await noticesOf(urgent.ticketId, 'callOut'), await noticesOf(silent.ticketId, 'callOut')]).toEqual([
      [],
      ['urging'],
    ])
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

    for (const satisfaction of [false, false, true, false, false]) await rated('plumbing-01', satisfaction)
    const stillThere = await dispatched('plumbing-01', { kind: 'help' })
    const last = await rated('plumbing-01', false)
    const { ticketId } = await room.answeredCall()
    await room.describe(ticketId)
    await room.step(ticketId, 'register', agent, { kind: 'help' })
    await room.step(ticketId, 'accept', agent)

    expect(stillThere.dueAt).toBe('2026-03-03T09:00')
    expect(await refusal(ticketId, 'dispatch', agent, { unitId: 'plumbing-01' })).toContain(
      'unit plumbing-01 was expelled',
    )
    const proposed = await room.ask<{ unitId: string }[]>('GET', '/responsible/plumbing', { as: agent })
    expect(proposed.body.map(({ unitId }) => unitId).sort()).toEqual(['plumbing-02', 'plumbing-03'])
    const answered = await room.answeredCall({ line: '96180' })
    await room.step(answered.ticketId, 'answer', agent, { answer: '已告知营业时间' })
    expect(await refusal(answered.ticketId, 'archive', centre)).toContain('the return visit is still to be made')
    await room.step(answered.ticketId, 'visit', agent, satisfied)
    const government = await dispatched('gulou', { kind: 'complaint' })
    expect(government.dueAt).toBe('2026-03-09T18:00')
    expect(await archived(last, '2026-03-10T00:01')).toBe('archived')
    const { lines } = await readCity(join(cities, 'nanjing.yaml'))
    expect([...lines.keys()]).toContain('96180')
    const { units } = await readCityRules(join(cities, 'nanjing.yaml'))
    expect(units.filter(({ type }) => type === 'partner')).toHaveLength(400)
  })

  test('Dongguan - three branch modes, ten specialist groups, advice when 12366 is busy, and a complaint about taxes is a ticket of the tax office', async () => {
    const { agent, official, centre, archived } = await at('dongguan')
    await room.keepFacts('ticket.citizen-told')
    const { branches } = await readCityRules(join(cities, 'dongguan.yaml'))
    const { queues } = await readCity(join(cities, 'dongguan.yaml'))

    const { callId, ticketId } = await room.answeredCall()
    const busy = { outcome: 'busy', cause: 'USER_BUSY', sipStatus: 486 } as const
    const third = { callId, agentId: '8001', legId: newId(), target: '12366' }
    room.feed.log.append('call.consultation-failed', { ...third, ...busy })
    room.feed.log.append('call.advised', { callId, agentId: '8001', target: '12366' })
    const told = () => room.db.selectFrom('facts').select('data').where('subject', '=', ticketId).execute()
    await until(async () => (await told()).length === 1, 'the citizen is told what to do')
    const { body } = await room.ask<{ unitId: string }[]>('GET', `/tickets/${ticketId}/units`, { as: agent })
    await room.step(ticketId, 'register', agent, { kind: 'complaint' })
    await room.step(ticketId, 'accept', agent)
    await room.describe(ticketId)
    const { dueAt } = await room.step(ticketId, 'dispatch', agent, { unitId: body[0]?.unitId ?? '' })
    for (const name of ['sign', 'start']) await room.step(ticketId, name, official('tax'))
    await room.step(ticketId, 'reply', official('tax'), { reply: '已办理' })
    for (const name of ['review', 'pass']) await room.step(ticketId, name, centre)
    await room.step(ticketId, 'visit', agent, satisfied)

    expect(new Set([...branches.values()].map(({ mode }) => mode))).toEqual(
      new Set(['sub-centre', 'specialist-seats', 'direct-merge']),
    )
    expect(branches.get('12366')).toMatchObject({ reachedBy: ['three-way', 'transfer'], complaintsTo: 'tax' })
    expect(JSON.stringify((await told())[0]?.data)).toContain(branches.get('12366')?.busyAdvice)
    for (const number of ['12333', '12358']) expect(branches.get(number)).toMatchObject({ keepsNumber: true })
    expect([...queues.values()].filter(({ skills }) => skills.length > 0)).toHaveLength(10)
    expect(beijing(dueAt)).toBe('2026-03-11T18:00')
    expect(await archived(ticketId, '2026-03-10T00:01')).toBe('archived')
  })

  test('Qidong - 5, 7 and 10 working days, return within 2, extension before expiry, urging then criticism, leaders’ items revisited by the centre', async () => {
    const { agent, centre, official, noticesOf, dispatched, archived, refusal } = await at('qidong')
    const unit = official('housing')
    const consultation = await dispatched('housing', { kind: 'consultation' })
    const complaint = await dispatched('housing', { kind: 'complaint' })
    const investigation = await dispatched('housing', { kind: 'complaint', investigation: true })
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
    const notOurs = await dispatched('housing', { kind: 'help' })
    await room.step(notOurs.ticketId, 'return', unit, { reason: '属水务局职责' })
    await room.step(notOurs.ticketId, 'uphold-return', centre, { note: '同意' })
    const handedOn = await room.step(notOurs.ticketId, 'dispatch', centre, { unitId: 'water' })
    const late = await dispatched('water', { kind: 'suggestion' })
    await room.step(late.ticketId, 'sign', official('water'))
    room.clock.setTo('2026-03-05T09:00+08:00')
    const returned = await refusal(investigation.ticketId, 'return', unit, { reason: '不属我局职责' })
    for (const day of ['17T17:31', '18T17:31', '20T17:31']) {
      room.clock.setTo(`2026-03-${day}+08:00`)
      await room.service.wakeDue()
    }
    const tooLate = await refusal(late.ticketId, 'request-extension', official('water'), {
      until: '2026-03-25T17:30:00+08:00',
      grounds: '调查',
    })
    await room.step(complaint.ticketId, 'reply', unit, { reply: '已处理' })
    for (const name of ['review', 'pass']) await room.step(complaint.ticketId, name, centre)
    const byAgent = await refusal(complaint.ticketId, 'visit', agent, satisfied)
    await room.step(complaint.ticketId, 'visit', centre, satisfied)

    expect(beijing(extended.dueAt)).toBe('2026-03-18T17:30')
    expect([beijing(handedOn.dueAt), late.dueAt]).toEqual(['2026-03-11T17:30', '2026-03-09T17:30'])
    expect(tooLate).toContain('before expiry, which was at 2026-03-09T09:30')
    expect(returned).toContain('the time for returning was over at 2026-03-04T09:30')
    expect(await noticesOf(complaint.ticketId, 'handle')).toEqual(['reminder', 'urging', 'criticism'])
    expect(byAgent).toContain('the centre itself makes the visit')
    expect(await archived(complaint.ticketId, '2026-03-28T00:01')).toBe('archived')
    const { units } = await readCityRules(join(cities, 'qidong.yaml'))
    expect(units.filter(({ level }) => level === 2)).toHaveLength(74)
  })

  test('Jinan - telephone, short message and mailbox in one stream, and a ticket goes down four levels to the village', async () => {
    const { agent, centre, official, archived, figures } = await at('jinan')
    const { levels, targets, languages } = await readCityRules(join(cities, 'jinan.yaml'))
    const channels = ['sms', 'web', 'mail']
    for (const channel of channels) await room.ask('POST', '/tickets', { as: agent, body: { channel } })
    const { ticketId } = await room.answeredCall()
    await room.step(ticketId, 'register', agent, { kind: 'help' })
    await room.step(ticketId, 'accept', agent)
    await room.describe(ticketId)
    await room.step(ticketId, 'dispatch', agent, { unitId: 'lixia' })

    let due: string | null = null
    for (const [from, to] of [
      ['lixia', 'quancheng'],
      ['quancheng', 'xianxixiang'],
    ] as const) {
      await room.step(ticketId, 'sign', official(from))
      due = (await room.step(ticketId, 'hand-down', official(from), { unitId: to })).dueAt
    }
    const sideways = await room.ask('POST', `/tickets/${ticketId}/sign`, { as: official('water'), body: {} })
    await room.step(ticketId, 'sign', official('xianxixiang'))
    await room.step(ticketId, 'start', official('xianxixiang'))
    await room.step(ticketId, 'reply', official('xianxixiang'), { reply: '已修好' })
    for (const name of ['review', 'pass']) await room.step(ticketId, name, centre)
    await room.step(ticketId, 'visit', agent, satisfied)

    const { body } = await room.ask<{ tickets: { channel: string }[] }>('GET', '/tickets', { as: centre })
    expect(body.tickets.map(({ channel }) => channel).sort()).toEqual(['mail', 'phone', 'sms', 'web'])
    expect(beijing(due)).toBe('2026-03-09T18:00')
    expect(sideways.status).toBe(403)
    expect(levels).toHaveLength(4)
    expect(languages).toContain('en')
    expect(targets).toMatchObject({ replied: 100, closed: 97, seats: 60 })
    const { queues } = await readCity(join(cities, 'jinan.yaml'))
    expect(queues.get('english')?.skills).toEqual(['english'])
    expect(await figures()).toMatchObject({
      shares: { replied: 100, closed: 100 },
      reached: { replied: true, closed: true },
    })
    expect(await archived(ticketId, '2026-03-10T00:01')).toBe('archived')
  })
})

test.each(readdirSync(cities))('%s is a city for the hotline and for its tickets', async (file) => {
  const [city, rules] = [await readCity(join(cities, file)), await readCityRules(join(cities, file))]

  expect(`${city.name}.yaml`).toBe(file)
  expect(rules.city).toBe(city.name)
  // A branch is the same on the telephone and on paper.
  const modesOf = (branches: ReadonlyMap<string, { mode: string }>) =>
    Object.fromEntries([...branches].map(([number, { mode }]) => [number, mode]))
  expect(modesOf(city.branches)).toEqual(modesOf(rules.branches))
  const spoken = readdirSync(join(projectRoot(), 'ivr/prompts'))
  for (const language of rules.languages) expect(spoken).toContain(language)
  expect(new Set(rules.units.map(({ name }) => name)).size).toBe(rules.units.length)
})

interface Figures {
  readonly answerRate: { readonly offered: number } | null
}

/** As clocks in China show it. */
function beijing(iso: string | null): string {
  return new Date(Date.parse(iso ?? '') + 8 * 60 * 60 * 1000).toISOString().slice(0, 16)
}
