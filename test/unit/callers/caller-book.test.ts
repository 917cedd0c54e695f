import { beforeEach, expect, test } from 'vitest'
import { CallerBook, CallerStore } from '../../../src/callers/index.ts'
import { ownLog } from '../../support/own-log.ts'
import { SetClock } from '../../support/set-clock.ts'

const own = ownLog()
let clock: SetClock
beforeEach(() => {
  clock = new SetClock()
})

const open = (queue: string | null = 'nuisance') =>
  CallerBook.open({
    keeper: new CallerStore({ db: own.db }),
    rules: { warning: 'warning', refusal: 'refusal', queue },
    emergencyNumbers: new Set(['13900000110']),
    normal: (number) => number.replace(/^\+86/, ''),
    log: own.log,
    clock,
  })

const setting = (number: string, change: object = {}) => ({
  number,
  priority: 0,
  vip: false,
  grade: null,
  evidence: [],
  note: '',
  until: null,
  ...change,
})

test('callers - what is set holds at once, however the number is written, and after a restart; each change is on record', async () => {
  const book = await open()

  await book.set(setting('+8613800138000', { grade: 'warning', evidence: ['call 1'] }), 'chen')
  await book.set(setting('13800138000', { grade: 'refuse', evidence: ['call 1', 'call 2'] }), 'chen')

  expect(book.of('13800138000')).toMatchObject({ grade: 'refuse', setBy: 'chen' })
  expect((await open()).all()).toEqual(book.all())
  await book.remove('13800138000', 'wang')
  expect(book.of('13800138000')).toBeUndefined()
  expect((await open()).all()).toEqual([])
  expect(own.facts.map(({ type, data }) => [type, 'by' in data ? data.by : ''])).toEqual([
    ['caller.listed', 'chen'],
    ['caller.listed', 'chen'],
    ['caller.unlisted', 'wang'],
  ])
})

test('callers - when the time is over the number is like any other', async () => {
  const book = await open()
  await book.set(setting('13800138000', { grade: 'note', evidence: ['x'], until: clock.now() + 60_000 }), 'chen')

  clock.advance(59_000)
  expect(book.of('13800138000')?.grade).toBe('note')
  clock.advance(1000)

  expect(book.of('13800138000')).toBeUndefined()
})

test('callers - refused settings change nothing: an emergency number, no evidence, no queue for it', async () => {
  const book = await open(null)
  const grade = (number: string, change: object) => book.set(setting(number, change), 'chen')

  await expect(grade('+8613900000110', { grade: 'note', evidence: ['x'] })).rejects.toMatchObject({
    code: 'emergency-number',
  })
  await expect(grade('13800138000', { grade: 'refuse' })).rejects.toMatchObject({ code: 'grade-refused' })
  await expect(grade('13800138000', { grade: 'queue', evidence: ['x'] })).rejects.toMatchObject({
    code: 'grade-refused',
  })
  await expect(book.remove('13800138000', 'chen')).rejects.toMatchObject({ code: 'caller-unknown' })

  expect(book.all()).toEqual([])
  expect(own.facts).toEqual([])
})

test('callers - a grade that came to an emergency number by another way counts for nothing; its priority does', async () => {
  const row = { number: '13900000110', priority: 90, vip: true, grade: 'refuse', evidence: ['x'], note: '' } as const
  await new CallerStore({ db: own.db }).save({ ...row, setBy: 'sql', setAt: clock.now(), until: null })

  const book = await open()

  expect(book.of('13900000110')).toMatchObject({ grade: null, priority: 90 })
})
