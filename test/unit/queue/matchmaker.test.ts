import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Matchmaker, type ReadyAgent, type WaitingCaller } from '../../../src/queue/index.ts'

const caller = (callId: string, options: Partial<WaitingCaller> = {}): WaitingCaller => ({
  callId,
  queue: 'general',
  needs: ['language:cmn'],
  priority: 0,
  queuedAt: 0,
  ...options,
})
const agent = (agentId: string, options: Partial<ReadyAgent> = {}): ReadyAgent => ({
  agentId,
  abilities: ['language:cmn'],
  readySince: 0,
  ...options,
})

describe('matchmaker', () => {
  test('the longest-waiting caller is joined with the agent who becomes ready', () => {
    const matchmaker = new Matchmaker()
    matchmaker.addCaller(caller('second', { queuedAt: 2 }))
    matchmaker.addCaller(caller('first', { queuedAt: 1 }))
    matchmaker.addAgent(agent('8001'))

    expect(matchmaker.matchAgent('8001')?.caller.callId).toBe('first')
    expect(matchmaker.waiting).toBe(1)
  })

  test('the longest-idle agent is joined with the caller who arrives', () => {
    const matchmaker = new Matchmaker()
    matchmaker.addAgent(agent('8001', { readySince: 5 }))
    matchmaker.addAgent(agent('8002', { readySince: 3 }))
    matchmaker.addCaller(caller('a'))

    expect(matchmaker.matchCaller('a')?.agent.agentId).toBe('8002')
  })

  test('a caller whose skill nobody has holds up nobody behind', () => {
    const matchmaker = new Matchmaker()
    matchmaker.addCaller(caller('needs-tax', { queuedAt: 1, needs: ['tax', 'language:cmn'] }))
    matchmaker.addCaller(caller('behind', { queuedAt: 2 }))
    matchmaker.addAgent(agent('8001'))

    expect(matchmaker.matchAgent('8001')?.caller.callId).toBe('behind')
  })

  test('an agent of two groups serves the lower rank first, whoever waits longer in the other', () => {
    const matchmaker = new Matchmaker()
    const groups = [
      { queue: 'tax', rank: 1 },
      { queue: 'general', rank: 2 },
    ]
    matchmaker.addCaller(caller('general', { queuedAt: 1, priority: 9 }))
    matchmaker.addCaller(caller('tax', { queuedAt: 5, queue: 'tax' }))
    matchmaker.addCaller(caller('social', { queuedAt: 0, queue: 'social' }))

    const served = ['tax', 'general'].map(() => {
      matchmaker.addAgent(agent('8001', { groups }))
      return matchmaker.matchAgent('8001')?.caller.callId
    })

    expect(served).toEqual(['tax', 'general'])
    matchmaker.addAgent(agent('8001', { groups }))
    expect(matchmaker.matchAgent('8001')).toBeUndefined()
  })

  test('a caller goes to those whose first task the queue is, before those who help out', () => {
    const matchmaker = new Matchmaker()
    matchmaker.addAgent(agent('helper', { readySince: 1, groups: [{ queue: 'general', rank: 3 }] }))
    matchmaker.addAgent(agent('other', { readySince: 0, groups: [{ queue: 'tax', rank: 1 }] }))
    matchmaker.addAgent(agent('own', { readySince: 2, groups: [{ queue: 'general', rank: 1 }] }))

    const rung = ['a', 'b', 'c'].map((callId) => {
      matchmaker.addCaller(caller(callId))
      return matchmaker.matchCaller(callId)?.agent.agentId
    })

    expect(rung).toEqual(['own', 'helper', undefined])
  })

  test('priority alone lets a caller be served out of turn', () => {
    const matchmaker = new Matchmaker()
    matchmaker.addCaller(caller('earlier', { queuedAt: 1 }))
    matchmaker.addCaller(caller('urgent', { queuedAt: 2, priority: 1 }))
    matchmaker.addAgent(agent('8001'))

    expect(matchmaker.matchAgent('8001')?.caller.callId).toBe('urgent')
  })

  test('a caller whose offer failed is back at the old place', () => {
    const matchmaker = new Matchmaker()
    const first = caller('first', { queuedAt: 1 })
    matchmaker.addCaller(first)
    matchmaker.addCaller(caller('second', { queuedAt: 2 }))
    matchmaker.addAgent(agent('8001'))
    matchmaker.matchAgent('8001')

    matchmaker.addCaller(first)

    expect(matchmaker.position('first')).toBe(1)
    expect(matchmaker.position('second')).toBe(2)
  })

  test('an agent who left is not joined with anybody', () => {
    const matchmaker = new Matchmaker()
    matchmaker.addAgent(agent('8001'))
    matchmaker.removeAgent('8001')
    matchmaker.addCaller(caller('a'))

    expect(matchmaker.matchCaller('a')).toBeUndefined()
  })

  test('every decision is that of a slow, obviously right search', () => {
    const word = fc.constantFrom('tax', 'social', 'market')
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('caller' as const),
        id: fc.nat(30),
        needs: fc.uniqueArray(word),
        priority: fc.nat(2),
        at: fc.nat(50),
      }),
      fc.record({
        kind: fc.constant('agent' as const),
        id: fc.nat(30),
        abilities: fc.uniqueArray(word),
        at: fc.nat(50),
      }),
      fc.record({ kind: fc.constant('callerLeaves' as const), id: fc.nat(30) }),
      fc.record({ kind: fc.constant('agentLeaves' as const), id: fc.nat(30) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const matchmaker = new Matchmaker()
        const callers = new Map<string, WaitingCaller>()
        const agents = new Map<string, ReadyAgent>()
        for (const each of steps) {
          const id = String(each.id).padStart(2, '0')
          if (each.kind === 'callerLeaves') {
            callers.delete(id)
            matchmaker.removeCaller(id)
          } else if (each.kind === 'agentLeaves') {
            agents.delete(id)
            matchmaker.removeAgent(id)
          } else if (each.kind === 'caller') {
            const added = caller(id, { needs: each.needs, priority: each.priority, queuedAt: each.at })
            callers.set(id, added)
            matchmaker.addCaller(added)
            const match = matchmaker.matchCaller(id)
            const expected = slowestIdle(agents, added)
            expect(match?.agent.agentId).toBe(expected?.agentId)
            if (match) {
              callers.delete(id)
              agents.delete(match.agent.agentId)
            }
          } else {
            const added = agent(id, { abilities: each.abilities, readySince: each.at })
            agents.set(id, added)
            matchmaker.addAgent(added)
            const match = matchmaker.matchAgent(id)
            const expected = firstInTurn(callers, added)
            expect(match?.caller.callId).toBe(expected?.callId)
            if (match) {
              agents.delete(id)
              callers.delete(match.caller.callId)
            }
          }
          expect(matchmaker.waiting).toBe(callers.size)
        }
      }),
    )
  })
})

const serves = ({ abilities }: ReadyAgent, { needs }: WaitingCaller) => needs.every((need) => abilities.includes(need))

function slowestIdle(agents: ReadonlyMap<string, ReadyAgent>, for_: WaitingCaller): ReadyAgent | undefined {
  return [...agents.values()]
    .filter((each) => serves(each, for_))
    .sort((a, b) => a.readySince - b.readySince || (a.agentId < b.agentId ? -1 : 1))[0]
}

function firstInTurn(callers: ReadonlyMap<string, WaitingCaller>, for_: ReadyAgent): WaitingCaller | undefined {
  return [...callers.values()]
    .filter((each) => serves(for_, each))
    .sort((a, b) => b.priority - a.priority || a.queuedAt - b.queuedAt || (a.callId < b.callId ? -1 : 1))[0]
}
