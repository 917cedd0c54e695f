import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { DraftSender } from '../../../web/src/desk/draft-sender.ts'
import type { TabStorage } from '../../../web/src/desk/kept.ts'
import { emptyMatter } from '../../../web/src/desk/merge-matter.ts'
import type { Matter, Ticket } from '../../../web/src/tickets/ticket-views.ts'

const ticketId = '0724a61c-3750-4219-9704-b683f13f898b'

/** The ticket as the service has it; it refuses what was written on another revision. */
let stored: { revision: number; matter: Matter }
let away: boolean
let heard: string[]
/** Of the tab. */
let kept: Map<string, string>
const storage: TabStorage = {
  get length() {
    return kept.size
  },
  key: (index) => [...kept.keys()][index] ?? null,
  getItem: (key) => kept.get(key) ?? null,
  setItem: (key, value) => void kept.set(key, value),
  removeItem: (key) => void kept.delete(key),
}

const asTicket = () => ({ ticketId, ...stored }) as Ticket
const answer = (status: number, body: object) => new Response(JSON.stringify(body), { status })

function answered(options: RequestInit): Response {
  if (options.method === 'GET') return answer(200, asTicket())
  const { revision, ...matter } = JSON.parse(String(options.body)) as Matter & { revision: number }
  if (revision !== stored.revision) return answer(409, { code: 'ticket-changed', detail: '' })
  stored = { revision: revision + 1, matter }
  return answer(200, asTicket())
}

beforeEach(() => {
  vi.useFakeTimers()
  stored = { revision: 1, matter: emptyMatter() }
  away = false
  heard = []
  kept = new Map()
  vi.stubGlobal('fetch', async (_path: string, options: RequestInit) => {
    if (away) throw new TypeError('nobody answers')
    return answered(options)
  })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const sender = (agentId = '8001') =>
  new DraftSender({
    agentId,
    storage,
    reader: {
      onSaved: (_, { title, content }) => heard.push(`saved ${title} ${content}`),
      onConflict: (_, { conflicts, matter }) => heard.push(`conflict ${conflicts} ${matter.title} ${matter.content}`),
      onFailed: () => heard.push('failed'),
    },
  })
const typed = (part: Partial<Matter>, base = emptyMatter()) => ({
  ...{ ticketId, revision: 1, base },
  matter: { ...base, ...part },
})

test('draft - it is saved a moment after the last key, once', async () => {
  const own = sender()
  own.typed(typed({ title: '路' }))
  await vi.advanceTimersByTimeAsync(900)
  own.typed(typed({ title: '路灯' }))
  await vi.advanceTimersByTimeAsync(900)
  expect(heard).toEqual([])

  await vi.advanceTimersByTimeAsync(60_000)

  expect(heard).toEqual(['saved 路灯 '])
  expect(stored.revision).toBe(2)
})

test('draft - while the service is away it is tried again, and a page that comes later goes on with it', async () => {
  away = true
  const own = sender()
  own.typed(typed({ title: '路灯' }))
  await vi.advanceTimersByTimeAsync(10_000)
  own.close()
  expect(heard).toEqual(['failed', 'failed', 'failed'])
  away = false
  sender('8002').resume()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(stored.matter.title).toBe('')

  const later = sender()
  expect(later.meet(asTicket()).matter.title).toBe('路灯')
  later.close()
  sender().resume()
  await vi.advanceTimersByTimeAsync(60_000)

  expect(stored.matter.title).toBe('路灯')
  expect(kept.size).toBe(0)
})

test('draft - what is typed while a save is on its way is saved next, and is no conflict', async () => {
  const own = sender()
  own.typed(typed({ title: '路' }))
  const sent = own.send(ticketId)
  await Promise.resolve()
  own.typed(typed({ title: '路灯' }))
  await sent
  await vi.advanceTimersByTimeAsync(60_000)

  expect(heard).toEqual(['saved 路灯 ', 'saved 路灯 '])
  expect(stored.matter.title).toBe('路灯')
})

test('draft - another field of somebody else is brought together with it; the same one waits for the agent', async () => {
  stored = { revision: 2, matter: { ...emptyMatter(), content: '三号楼' } }
  const own = sender()
  own.typed(typed({ title: '路灯' }))
  await vi.advanceTimersByTimeAsync(60_000)
  expect(heard).toEqual(['saved 路灯 三号楼'])
  const base = stored.matter
  stored = { revision: 4, matter: { ...base, title: '井盖' } }

  own.typed({ ...typed({ title: '路灯全灭' }, base), revision: 3 })
  await vi.advanceTimersByTimeAsync(60_000)
  await own.flush()
  expect(heard.slice(1)).toEqual(['conflict title 路灯全灭 三号楼'])
  expect(own.meet(asTicket()).conflicts).toEqual(['title'])
  expect(stored.matter.title).toBe('井盖')
  await own.send(ticketId, { overwriting: true })

  expect(stored).toEqual({ revision: 5, matter: { ...base, title: '路灯全灭' } })
})
