import { rounded } from './finding.ts'
import { inPaperCentre, openCalls, warmUp } from './paper-centre.ts'

/** Facts of as many calls fill what the live feed keeps of the past (src/live/committed-tail.ts). */
const warmUpCalls = { inMenu: 2000, further: 200 } as const

/** Kilobytes a call at each number of calls, and of each further call between the last two. */
export interface MemoryOfCalls {
  readonly kb: readonly number[]
  readonly furtherKb: number
}

/** What calls cost in memory that wait in a queue, or talk with an agent: the hotline alone, at a switch without media. */
export async function memoryOfCalls(state: 'waiting' | 'talking', counts: readonly number[]): Promise<MemoryOfCalls> {
  const most = Math.max(...counts)
  return inPaperCentre(state === 'talking' ? most : 0, async (centre) => {
    const { paper, needed } = centre
    // Who waits hears first that somebody will come, and then music.
    const there = (legId: string) => (state === 'talking' ? paper.isBridged(legId) : paper.hears(legId))
    const { inMenu, further } = warmUpCalls
    await warmUp(centre, { inMenu: Math.min(inMenu, most), further: Math.min(further, most), there })
    const before = await needed()
    const legIds: string[] = []
    const totals: number[] = []
    for (const count of counts) {
      await openCalls(paper, legIds, { count, there })
      totals.push(await needed())
    }
    const kb = totals.map((total, n) => rounded((total - before) / 1024 / (counts[n] ?? 1)))
    const [count = 0, earlier = 0] = counts.slice(-2).reverse()
    const growth = ((totals.at(-1) ?? 0) - (totals.at(-2) ?? before)) / (count - earlier)
    return { kb, furtherKb: rounded(growth / 1024) }
  })
}
