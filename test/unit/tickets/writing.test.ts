import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../../src/kernel/index.ts'
import { emptyMatter, type Matter } from '../../../src/tickets/office/ticket.ts'
import { type TicketBody, TicketRoom } from '../../support/ticket-service.ts'
import { until } from '../../support/until.ts'

type Written = TicketBody & { readonly matter: Matter }

describe('what a ticket says, as two write it', () => {
  let room: TicketRoom
  let first: string
  let second: string
  beforeAll(async () => {
    room = await TicketRoom.start()
    first = room.token('agent', { username: '8001', agentId: '8001' })
    second = room.token('agent', { username: '8002', agentId: '8002' })
  })
  afterAll(() => room.stop())

  const ticket = async (ticketId: string) =>
    (await room.ask<Written>('GET', `/tickets/${ticketId}`, { as: first })).body
  const write = (as: string, { ticketId, revision }: TicketBody, title: string) =>
    room.ask<Written & { code?: string }>('PUT', `/tickets/${ticketId}/matter`, {
      as,
      body: { ...emptyMatter, title, revision },
    })
  const draft = async (about?: { callerNumber: string }) => {
    const { callId, ticketId } = await room.answeredCall(about)
    return { callId, ...(await ticket(ticketId)) }
  }

  test('the second who writes over the same text is told that it was changed, and nothing is overwritten', async () => {
    const seen = await draft()

    const saved = await write(first, seen, '路灯不亮')
    const refused = await write(second, seen, '井盖缺失')

    expect([saved.status, saved.body.revision, saved.body.matter.title]).toEqual([200, seen.revision + 1, '路灯不亮'])
    expect([refused.status, refused.body.code]).toEqual([409, 'ticket-changed'])
    expect((await ticket(seen.ticketId)).matter.title).toBe('路灯不亮')
    expect((await write(second, saved.body, '井盖缺失')).body.matter.title).toBe('井盖缺失')
  })

  test('whoever does not say what was read is refused; of two in the same moment one is', async () => {
    const seen = await draft()
    const blind = { as: first, body: emptyMatter }

    expect((await room.ask('PUT', `/tickets/${seen.ticketId}/matter`, blind)).status).toBe(400)
    const both = await Promise.all([write(first, seen, '路灯不亮'), write(second, seen, '井盖缺失')])

    expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
  })

  test('text saved between two steps is no hindrance for the next one', async () => {
    const seen = await draft()
    const registered = await room.step(seen.ticketId, 'register', first, { kind: 'complaint' })

    await write(first, registered, '路灯不亮')

    expect((await room.step(seen.ticketId, 'accept', first)).state).toBe('accepted')
  })

  test('a draft goes to the agent the call is handed to, and back with the caller', async () => {
    const { callId, ticketId } = await draft()
    const isOf = async (id: string) => (await ticket(ticketId)).responsible.id === id
    const third = { callId, agentId: '8001', legId: newId() }

    room.feed.log.append('call.transferred', { ...third, target: '12366' })
    room.feed.log.append('call.transferred', { ...third, target: 'agent:8002' })
    await until(() => isOf('8002'), 'the draft is the other agent’s')
    room.feed.log.append('call.returned', { callId, agentId: '8001', reason: 'third party hung up' })

    await until(() => isOf('8001'), 'the draft is back')
    room.feed.log.append('call.transferred', { ...third, target: '12333', colleague: '8003' })
    await until(() => isOf('8003'), 'the draft is that of whoever has a seat of the branch')
  })

  test('a ticket that does not say what it is about is not dispatched, and the refusal names what is empty', async () => {
    const { ticketId } = await draft()
    for (const name of ['register', 'accept']) {
      await room.step(ticketId, name, first, name === 'register' ? { kind: 'complaint' } : {})
    }
    const dispatch = () =>
      room.ask<TicketBody & { code?: string; detail?: string }>('POST', `/tickets/${ticketId}/dispatch`, {
        as: first,
        body: { unitId: 'housing' },
      })

    const nothing = await dispatch()
    await write(first, await ticket(ticketId), '路灯不亮')
    const subjectAlone = await dispatch()
    await room.describe(ticketId)

    expect([nothing.status, nothing.body.code]).toEqual([409, 'matter-incomplete'])
    expect(nothing.body.detail).toContain('title, content')
    expect(subjectAlone.body.detail).toMatch(/: content$/)
    expect((await dispatch()).body.state).toBe('dispatched')
  })

  test('a blank draft, and one of a caller without a number, resemble nothing', async () => {
    const duplicatesOf = async (ticketId: string) =>
      (await room.ask<{ because: string }[]>('GET', `/tickets/${ticketId}/duplicates`, { as: first })).body
    const registered = async (callerNumber: string) => {
      const { ticketId } = await draft({ callerNumber })
      await room.step(ticketId, 'register', first, { kind: 'complaint' })
    }
    await registered('anonymous')
    await registered('13700000001')

    const anonymous = await draft({ callerNumber: 'anonymous' })
    const known = await draft({ callerNumber: '13700000001' })

    expect(await duplicatesOf(anonymous.ticketId)).toEqual([])
    expect((await duplicatesOf(known.ticketId)).map(({ because }) => because)).toEqual(['same-number'])
    const { body } = await room.ask<{ earlier: object[] }>('GET', `/calls/${anonymous.callId}/ticket`, { as: first })
    expect(body.earlier).toEqual([])
  })
})
