import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TicketRoom } from '../../support/ticket-service.ts'

describe('a ticket from the call to the archive', () => {
  let room: TicketRoom
  beforeAll(async () => {
    room = await TicketRoom.start()
  })
  afterAll(() => room.stop())

  test('a call that is answered has a draft, which goes all the way to the archive', async () => {
    const agent = room.token('agent', { username: '8001', agentId: '8001' })
    const centre = room.token('supervisor')
    const unit = room.token('unit', { unitId: 'housing' })
    const { ticketId } = await room.answeredCall()
    await room.describe(ticketId)

    const steps: [string, string, object?][] = [
      ['register', agent, { kind: 'complaint' }],
      ['accept', agent],
      ['dispatch', centre, { unitId: 'housing' }],
      ['sign', unit],
      ['start', unit],
      ['reply', unit, { reply: '已派人维修。' }],
      ['review', centre],
      ['pass', centre],
      ['visit', agent, { channel: 'phone', reached: true, resolved: true, satisfied: true }],
      ['archive', centre],
    ]
    const states = []
    for (const [name, as, body] of steps) states.push((await room.step(ticketId, name, as, body)).state)

    expect(states).toEqual([
      'registered',
      'accepted',
      'dispatched',
      'signed',
      'handling',
      'replied',
      'review',
      'returnVisit',
      'closed',
      'archived',
    ])
    const { body } = await room.ask<{ action: string }[]>('GET', `/tickets/${ticketId}/history`, { as: centre })
    expect(body.map(({ action }) => action)).toEqual([
      'DRAFT',
      'EDIT_MATTER',
      ...steps.map(([name]) => name.toUpperCase()),
    ])
  })
})
