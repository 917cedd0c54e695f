import { expect, test } from 'vitest'
import { AgentRoster, queuesServed, servesQueue } from '../../../src/agent/index.ts'
import { freeSeats } from '../../../src/call/index.ts'
import { silent } from '../../support/database.ts'
import { SetClock } from '../../support/set-clock.ts'

const queues = [
  { name: 'general', skills: [] },
  { name: 'tax', skills: ['tax'] },
  { name: 'customs', skills: ['tax:2'] },
]
const [general, tax] = queues as [(typeof queues)[0], (typeof queues)[0]]

/** Ready agents of one roster; `groups` are queues. */
function room(agents: Record<string, { skills: string[]; groups?: string[] }>) {
  const roster = new AgentRoster({ clock: new SetClock(), logger: silent, wrapUpSecondsOf: () => 15 })
  for (const [agentId, { skills, groups = [] }] of Object.entries(agents)) {
    const ranked = groups.map((queue, index) => ({ queue, rank: index + 1 }))
    roster.put({ agentId, name: agentId, skills, languages: ['cmn'], wrapUpSeconds: null, groups: ranked })
    roster.command(agentId, { type: 'LOGIN', extension: agentId })
    roster.command(agentId, { type: 'READY' })
  }
  return roster
}

test('serving - without groups the skills decide, levels and all', () => {
  const roster = room({ '8001': { skills: ['tax'] }, '8002': { skills: ['tax:3'] } })

  expect(queuesServed(roster.get('8001'), queues)).toEqual(['general', 'tax'])
  expect(queuesServed(roster.get('8002'), queues)).toEqual(['general', 'tax', 'customs'])
})

test('serving - an agent with groups serves those queues only, and only with the skills', () => {
  const roster = room({ '8001': { skills: ['tax'], groups: ['tax', 'customs'] } })

  expect(queuesServed(roster.get('8001'), queues)).toEqual(['tax'])
  expect(servesQueue(roster.get('8001'), general)).toBe(false)
})

test('serving - who is in other groups is no free seat, whatever the skills', () => {
  const roster = room({
    '8001': { skills: ['tax'], groups: ['general'] },
    '8002': { skills: ['tax'], groups: ['tax'] },
    '8003': { skills: ['tax'] },
  })

  expect(freeSeats(roster, tax).map(({ agentId }) => agentId)).toEqual(['8002', '8003'])
})
