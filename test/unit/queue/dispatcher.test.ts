import { expect, test } from 'vitest'
import { Dispatcher, type Match } from '../../../src/queue/index.ts'

const caller = (callId: string, queuedAt: number) => ({ callId, queue: 'general', needs: [], priority: 0, queuedAt })
const agent = (agentId: string, readySince: number) => ({ agentId, abilities: [], readySince })

function dispatcherWith(accept: (match: Match) => boolean) {
  const offers: string[] = []
  const dispatcher = new Dispatcher({
    offer: (match) => {
      offers.push(`${match.caller.callId}>${match.agent.agentId}`)
      return accept(match)
    },
  })
  return { dispatcher, offers }
}

test('dispatcher - an agent who turned out not to be ready is passed over and the caller keeps the place', () => {
  const { dispatcher, offers } = dispatcherWith(({ agent: { agentId } }) => agentId !== '8001')
  dispatcher.agentReady(agent('8001', 1))
  dispatcher.agentReady(agent('8002', 2))

  dispatcher.enqueue(caller('a', 1))

  expect(offers).toEqual(['a>8001', 'a>8002'])
  expect(dispatcher.waiting()).toEqual([])
})

test('dispatcher - a caller nobody takes waits on', () => {
  const { dispatcher, offers } = dispatcherWith(() => false)
  dispatcher.agentReady(agent('8001', 1))

  dispatcher.enqueue(caller('a', 1))

  expect(offers).toEqual(['a>8001'])
  expect(dispatcher.position('a')).toBe(1)
})

test('dispatcher - a caller who withdrew is offered to nobody', () => {
  const { dispatcher, offers } = dispatcherWith(() => true)
  dispatcher.enqueue(caller('a', 1))
  dispatcher.withdraw('a')

  dispatcher.agentReady(agent('8001', 1))

  expect(offers).toEqual([])
})
