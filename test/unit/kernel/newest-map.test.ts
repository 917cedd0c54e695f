import { expect, test } from 'vitest'
import { NewestMap } from '../../../src/kernel/index.ts'

function mapOf(most: number, ...keys: string[]): NewestMap<string, number> {
  const map = new NewestMap<string, number>({ most })
  keys.forEach((key, at) => {
    map.set(key, at)
  })
  return map
}

const kept = (map: NewestMap<string, number>, keys = 'abcdef') => [...keys].filter((key) => map.has(key)).join('')

test('newest map - one key too many costs the one that was set longest ago', () => {
  const map = mapOf(3, 'a', 'b', 'c', 'd')

  expect(kept(map)).toBe('bcd')
  expect(map.size).toBe(3)
  expect(map.get('a')).toBeUndefined()
  expect(map.get('d')).toBe(3)
})

test('newest map - a key that is set again is the newest, with the newest value', () => {
  const map = mapOf(3, 'a', 'b', 'c')

  map.set('a', 7)
  map.set('d', 8)
  map.set('e', 9)

  expect(kept(map)).toBe('ade')
  expect(map.get('a')).toBe(7)
})

test('newest map - the newest key set again and again pushes nobody out', () => {
  const map = mapOf(2, 'a', 'b', 'b', 'b')

  expect(kept(map)).toBe('ab')
})

test('newest map - reading a key does not keep it', () => {
  const map = mapOf(2, 'a', 'b')

  map.get('a')
  map.set('c', 1)

  expect(kept(map)).toBe('bc')
})

test.each([
  { gone: 'a', left: 'cdef' },
  { gone: 'b', left: 'cdef' },
  { gone: 'd', left: 'bcef' },
])('newest map - where $gone was deleted, the others go in their order', ({ gone, left }) => {
  const map = mapOf(4, 'a', 'b', 'c', 'd')

  map.delete(gone)
  map.delete('unknown')
  map.set('e', 5)
  map.set('f', 6)

  expect(kept(map)).toBe(left)
})

test('newest map - a key that was set again and then deleted leaves the others in their order', () => {
  const map = mapOf(3, 'a', 'b', 'c', 'a')

  map.delete('a')
  for (const key of 'def') map.set(key, 1)

  expect(kept(map)).toBe('def')
})

test('newest map - one that was emptied fills again', () => {
  const map = mapOf(2, 'a', 'b')
  map.delete('b')
  map.delete('a')

  for (const key of 'cde') map.set(key, 1)

  expect(kept(map)).toBe('de')
})
