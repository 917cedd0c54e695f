import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Database } from '../../../src/db/index.ts'
import { HoursStore, stateCouncilDays } from '../../../src/hours/index.ts'
import { newDatabase } from '../../support/database.ts'

let db: Database
let store: HoursStore
beforeEach(async () => {
  db = await newDatabase()
  store = new HoursStore({ db })
})
afterEach(() => db.destroy())

const seed = stateCouncilDays()
const newYear = { date: '2026-01-01', kind: 'holiday', name: '元旦' } as const
const festival = { date: '2026-02-17', kind: 'holiday', name: '春节' } as const

describe('holidays', () => {
  test('the seed has the holidays and make-up workdays of every year since 2004', async () => {
    await store.seed(seed)

    const days = await store.days()
    expect(days.get('2026-02-17')).toEqual(festival)
    expect(days.get('2026-02-28')).toEqual({ date: '2026-02-28', kind: 'workday', name: '春节' })
    expect(days.get('2026-02-27')).toBeUndefined()
    expect(days.get('2004-01-01')?.kind).toBe('holiday')
    // 33 free days and 6 worked weekend days, as the State Council announced for 2026.
    const of2026 = [...days.values()].filter(({ date }) => date.startsWith('2026'))
    expect(of2026.filter(({ kind }) => kind === 'holiday')).toHaveLength(33)
    expect(of2026.filter(({ kind }) => kind === 'workday')).toHaveLength(6)
  })

  test('the seed names no date twice and only dates that exist', () => {
    const dates = seed.map(({ date }) => date)

    expect(new Set(dates).size).toBe(dates.length)
    for (const date of dates) expect(new Date(`${date}T00:00:00Z`).toISOString().slice(0, 10)).toBe(date)
  })

  test('an edited day stays as edited when it is seeded again, a removed one stays out', async () => {
    await store.seed(seed)
    await store.saveDay({ ...festival, kind: 'workday', name: 'duty' }, 'admin')
    await store.saveDay({ date: '2026-03-03', kind: 'holiday', name: 'local' }, 'admin')
    await store.removeDay('2026-01-01', 'admin')

    await store.seed(seed)

    const days = await store.days()
    expect(days.get('2026-02-17')).toMatchObject({ kind: 'workday', name: 'duty' })
    expect(days.get('2026-03-03')).toMatchObject({ name: 'local' })
    expect(days.has('2026-01-01')).toBe(false)
  })

  test('a newer seed corrects the days nobody edited, and an older one takes no newer year away', async () => {
    await store.seed([newYear, festival, { date: '2026-02-18', kind: 'holiday', name: '春节' }])
    await store.seed([newYear, { ...festival, kind: 'workday' }, { date: '2026-02-19', kind: 'holiday', name: '春节' }])
    await store.seed([{ date: '2025-01-01', kind: 'holiday', name: '元旦' }])
    await store.seed([])

    const days = await store.days()
    expect([...days.keys()]).toEqual(['2025-01-01', '2026-01-01', '2026-02-17', '2026-02-19'])
    expect(days.get('2026-02-17')?.kind).toBe('workday')
  })
})

describe('closings', () => {
  const closing = { calendarId: 'service', reason: 'fire', by: 'supervisor', closedAt: 1_800_000_000_123, until: null }

  test('a closing is read as it was saved, the newest of a calendar replaces the older', async () => {
    await store.saveClosing(closing)
    await store.saveClosing({ ...closing, calendarId: 'tax', until: closing.closedAt + 1 })
    await store.saveClosing({ ...closing, reason: 'flood' })

    expect((await store.closings()).sort((a, b) => (a.calendarId < b.calendarId ? -1 : 1))).toEqual([
      { ...closing, reason: 'flood' },
      { ...closing, calendarId: 'tax', until: closing.closedAt + 1 },
    ])
  })

  test('a closing that was removed is gone, and removing it again does no harm', async () => {
    await store.saveClosing(closing)
    await store.removeClosing('service')
    await store.removeClosing('service')

    expect(await store.closings()).toEqual([])
  })
})
