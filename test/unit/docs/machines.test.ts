import { expect, test } from 'vitest'
import { createMachine, setup } from 'xstate'
import { isCurrent } from '../../../scripts/docs/generated-page.ts'
import { machinePage } from '../../../scripts/docs/machine-page.ts'
import { besideTheDiagram, stateDiagram } from '../../../scripts/docs/state-diagram.ts'

const door = setup({
  guards: { unlocked: () => true },
  actions: { ring: () => undefined, count: () => undefined },
}).createMachine({
  id: 'door',
  initial: 'closed',
  on: { FIRE: { target: '.open' } },
  states: {
    closed: {
      on: { PUSH: { target: 'open', guard: 'unlocked', actions: ['ring', 'count'] }, KNOCK: { actions: 'ring' } },
    },
    open: {
      entry: 'count',
      on: { PULL: { target: 'closed' }, SLAM: { target: 'closed' }, REMOVE: { target: 'gone' } },
    },
    gone: { type: 'final' },
  },
})

test('drawing - every transition of a machine is an arrow with its guard and actions', () => {
  expect(stateDiagram(door).split('\n')).toEqual([
    '```mermaid',
    'stateDiagram-v2',
    '  [*] --> closed',
    '  closed --> open : PUSH [unlocked] / ring, count',
    '  closed --> closed : KNOCK / ring',
    '  open --> closed : PULL, SLAM',
    '  open --> gone : REMOVE',
    '  gone --> [*]',
    '```',
  ])
})

test('drawing - what is possible anywhere and what is done on entering stands beside it', () => {
  expect(besideTheDiagram(door)).toEqual(['From any state: `FIRE` leads to open.', 'On entering open: count.'])
})

test('drawing - a guard without a name is refused, because nobody could read it', () => {
  const nameless = createMachine({ initial: 'a', states: { a: { on: { GO: { target: 'a', guard: () => true } } } } })

  expect(() => stateDiagram(nameless)).toThrow(/without a name/)
})

test('docs/machines.md is what the machines say', () => {
  expect(isCurrent(machinePage()), 'run "npm run draw" and commit docs/machines.md').toBe(true)
})
