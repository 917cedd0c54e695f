import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Centre, variants } from '../support/centre.ts'
import { SippRoom } from './sipp-room.ts'

describe.each(variants())('SIPp on $name', (variant) => {
  let centre: Centre
  let room: SippRoom
  beforeAll(async () => {
    centre = await Centre.start({ variant })
    room = new SippRoom(centre)
  })
  afterEach(async () => {
    await centre.clear()
    await room.clear()
  })
  afterAll(() => centre.stop())

  test('a citizen presses 0, talks to an agent and hangs up', async () => {
    await room.agents({ agentIds: ['2001'], scenario: 'agent-answers' })
    const { caller, result } = room.call({ scenario: 'basic-call', pauseMs: 3000 })
    const r = await result
    console.log(r, caller)
    console.log(centre.timeline.events.map(e=>e.type + JSON.stringify(e.data)).join('\n'))
    expect(r).toMatchObject({exitCode: 0, successful: 1})
  })
})
