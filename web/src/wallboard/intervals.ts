import { onScopeDispose, ref, shallowRef, watch } from 'vue'
import { refusalOf } from '../api/attempts.ts'
import { api } from '../api/request.ts'

/** Calls offered by quarters of an hour. */
export interface Day {
  readonly today: readonly number[]
  readonly yesterday: readonly number[]
}

interface Interval {
  readonly start: string
  readonly queue?: string | null
  readonly line?: string
  readonly offered: number
}

const dayMs = 24 * 60 * 60 * 1000
const quarter = 15 * 60 * 1000
/** Milliseconds: a bar of a quarter of an hour grows slowly. */
const every = 30_000
export const quartersOfDay = dayMs / quarter
const noCalls = new Array<number>(quartersOfDay).fill(0)
export const noDay: Day = { today: noCalls, yesterday: noCalls }

/** Today against yesterday, of all calls, by queue and by line; `from` is when today began, once it is known. */
export function useIntervals(from: () => string | undefined) {
  const byQueue = shallowRef<ReadonlyMap<string, Day>>(new Map())
  const byLine = shallowRef<ReadonlyMap<string, Day>>(new Map())
  const all = shallowRef(noDay)
  const passed = ref(0)

  async function look(): Promise<void> {
    const began = from()
    if (began === undefined) return
    const begin = Date.parse(began)
    // A time it comes to nothing is no news: the head of the board says when the line is down.
    await refusalOf(async () => {
      ;[byQueue.value, byLine.value] = await Promise.all([daysBy('queue', begin), daysBy('line', begin)])
      all.value = [...byQueue.value.values()].reduce(together, noDay)
    })
    passed.value = Math.min(quartersOfDay, Math.floor((Date.now() - begin) / quarter) + 1)
  }

  watch(from, look, { immediate: true })
  const timer = setInterval(() => void look(), every)
  onScopeDispose(() => clearInterval(timer))
  return { all, byQueue, byLine, passed }
}

async function daysBy(place: 'queue' | 'line', begin: number): Promise<Map<string, Day>> {
  const span = { from: new Date(begin - dayMs).toISOString(), to: new Date(begin + dayMs).toISOString() }
  const asked = new URLSearchParams({ ...span, interval: '15', by: place })
  const days = new Map<string, { today: number[]; yesterday: number[] }>()
  for (const { start, [place]: name, offered } of await api.get<Interval[]>(`/metrics/intervals?${asked}`)) {
    // Nobody calls in where there is no queue.
    if (typeof name !== 'string') continue
    const day = days.get(name) ?? { today: [...noCalls], yesterday: [...noCalls] }
    const since = Date.parse(start) - begin
    if (since < 0) day.yesterday[Math.floor((since + dayMs) / quarter)] = offered
    else day.today[Math.floor(since / quarter)] = offered
    days.set(name, day)
  }
  return days
}

function together(a: Day, b: Day): Day {
  const sum = (of: readonly number[], and: readonly number[]) => of.map((calls, index) => calls + (and[index] ?? 0))
  return { today: sum(a.today, b.today), yesterday: sum(a.yesterday, b.yesterday) }
}
