import { expect, test } from 'vitest'
import { Together } from '../../../src/tickets/office/together.ts'
import { until } from '../../support/until.ts'

/** Goes of at most three things, two at once, each ended by hand. */
function goes() {
  const begun: { items: readonly string[]; end: (error?: Error) => void }[] = []
  const together = new Together<string, string>({
    run: (items) =>
      new Promise((resolve, reject) => {
        const end = (error?: Error) => (error ? reject(error) : resolve(items.map((item) => `${item} done`)))
        begun.push({ items, end })
      }),
    most: 3,
    atOnce: 2,
    keyOf: (item) => item.slice(0, 1),
    undid: (error) => (error as Error).message === 'undone',
  })
  return { together, begun, items: () => begun.map(({ items }) => items) }
}

const aTurn = () => new Promise((resolve) => setImmediate(resolve))

test('what is asked in the same turn goes together, and each has its own answer', async () => {
  const { together, begun, items } = goes()

  const answers = Promise.all([together.add('a'), together.add('b')])
  await aTurn()
  begun[0]?.end()

  expect(await answers).toEqual(['a done', 'b done'])
  expect(items()).toEqual([['a', 'b']])
})

test('while two goes are under way the next one gathers', async () => {
  const { together, begun, items } = goes()

  const answers = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((item) => together.add(item))
  await aTurn()
  expect(items()).toEqual([
    ['a', 'b', 'c'],
    ['d', 'e', 'f'],
  ])
  begun[0]?.end()
  await answers[0]
  await until(() => begun.length === 3, 'the third go begins')

  expect(items()[2]).toEqual(['g', 'h'])
})

test('two things of the same key go one after the other', async () => {
  const { together, begun, items } = goes()

  const answers = Promise.all([together.add('a1'), together.add('a2')])
  await aTurn()
  expect(items()).toEqual([['a1']])
  begun[0]?.end()
  await until(() => begun.length === 2, 'the second goes')
  begun[1]?.end()

  expect(await answers).toEqual(['a1 done', 'a2 done'])
})

test('a go that is known to be undone is taken again one by one, so that a fault harms its own thing alone', async () => {
  const { together, begun, items } = goes()

  const answers = Promise.allSettled([together.add('a'), together.add('b')])
  await aTurn()
  begun[0]?.end(new Error('undone'))
  await aTurn()
  begun[1]?.end(new Error('undone'))
  await aTurn()
  begun[2]?.end()

  expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
  expect(items()).toEqual([['a', 'b'], ['a'], ['b']])
})

test('of a go whose end is not known nothing is done again', async () => {
  const { together, begun, items } = goes()

  const answers = Promise.allSettled([together.add('a'), together.add('b')])
  await aTurn()
  begun[0]?.end(new Error('connection lost'))

  expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(items()).toEqual([['a', 'b']])
})
