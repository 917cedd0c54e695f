import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TicketBody, TicketRoom } from '../../support/ticket-service.ts'

type Listed = TicketBody & { readonly nextDueAt: string | null }

/** In Beijing a ticket is accepted within two hours, and signed for within a working day. */
describe('the work list', () => {
  let room: TicketRoom
  let agent: string
  beforeAll(async () => {
    room = await TicketRoom.start({ city: 'beijing' })
    agent = room.token('agent', { username: '8001', agentId: '8001' })
  })
  afterAll(() => room.stop())

  test('the next limit of any kind is the deadline, and the first to be over stands on top', async () => {
    const about = { kind: 'complaint' }
    const { ticketId: handled } = await room.answeredCall()
    await room.describe(handled)
    await room.step(handled, 'register', agent, about)
    await room.step(handled, 'accept', agent)
    await room.step(handled, 'dispatch', agent, { unitId: 'chaoyang' })
    const { ticketId: waiting } = await room.answeredCall()
    const { clocks } = await room.step(waiting, 'register', agent, about)
    const { ticketId: blank } = await room.answeredCall()

    const list = async (overdue = false) =>
      (await room.ask<Listed[]>('POST', '/worklist', { as: agent, body: { overdue } })).body
    const listed = await list()
    const next = ({ clocks: running }: TicketBody) => running.map(({ dueAt }) => dueAt).toSorted()[0] ?? null

    const [acceptance] = clocks
    expect(acceptance?.stage).toBe('accept')
    expect(listed.find(({ ticketId }) => ticketId === waiting)?.nextDueAt).toBe(acceptance?.dueAt)
    for (const { ticketId, nextDueAt } of listed) {
      expect(nextDueAt).toBe(next((await room.ask<TicketBody>('GET', `/tickets/${ticketId}`, { as: agent })).body))
    }
    expect(listed.map(({ ticketId }) => ticketId)).toEqual([waiting, handled, blank])
    const limits = listed.flatMap(({ nextDueAt }) => nextDueAt ?? [])
    expect(limits).toEqual(limits.toSorted())
    expect(await list(true)).toEqual([])
    room.clock.setTo(acceptance?.dueAt ?? '')
    room.clock.advance(1000)
    expect((await list(true)).map(({ ticketId }) => ticketId)).toContain(waiting)
  })

  test('open ones alone, one state, or all of them, closed ones too', async () => {
    const { ticketId: closed } = await room.answeredCall()
    await room.step(closed, 'void', agent, { reason: 'wrong number' })
    const { ticketId: draft } = await room.answeredCall()
    const listed = async (body: object) => {
      const { body: found } = await room.ask<Listed[]>('POST', '/worklist', {
        as: agent,
        body: { limit: 500, ...body },
      })
      return found.map(({ ticketId }) => ticketId)
    }

    const [open, all, voided] = [await listed({}), await listed({ all: true }), await listed({ state: 'voided' })]

    expect([open.includes(closed), open.includes(draft)]).toEqual([false, true])
    expect([all.includes(closed), all.includes(draft)]).toEqual([true, true])
    expect(voided).toEqual([closed])
    expect(all.filter((ticketId) => !open.includes(ticketId))).toEqual([closed])
  })
})
