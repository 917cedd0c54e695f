import { rounded } from './finding.ts'
import { inPaperCentre, openCalls, type PaperCentre, warmUp } from './paper-centre.ts'
import { pause } from './pause.ts'

/** Facts of as many calls fill what the live feed keeps of the past (src/live/committed-tail.ts). */
const warmUpCalls = { inMenu: 2000, further: 200 } as const
/** Milliseconds in which nothing happens but that calls are there. */
const watched = 10_000

/** What one call costs the hotline at each number of calls. */
export interface CostAtSizes {
  /** Kilobytes. */
  readonly kb: readonly number[]
  /** Kilobytes of each further call between the last two numbers. */
  readonly furtherKb: number
  /** Milliseconds of processor time from the call's arrival until it is where it belongs, while so many others are there. */
  readonly arrivalMs: readonly number[]
  /** Milliseconds of processor time a minute of being there. */
  readonly minuteMs: readonly number[]
}

/** What calls cost that wait in a queue, or talk with an agent: the hotline alone, at a switch without media. */
export async function costAtSizes(state: 'waiting' | 'talking', counts: readonly number[]): Promise<CostAtSizes> {
  const most = Math.max(...counts)
  return inPaperCentre(state === 'talking' ? most : 0, async (centre) => {
    const { paper, needed } = centre
    // Who waits hears first that somebody will come, and then music.
    const there = (legId: string) => (state === 'talking' ? paper.isBridged(legId) : paper.hears(legId))
    const { inMenu, further } = warmUpCalls
    await warmUp(centre, { inMenu: Math.min(inMenu, most), further: Math.min(further, most), there })
    const before = await needed()
    const legIds: string[] = []
    const steps: Step[] = []
    for (const count of counts) steps.push(await grow(centre, legIds, { count, there }))
    const [last, earlier] = [steps.at(-1), steps.at(-2)]
    const growth = ((last?.bytes ?? 0) - (earlier?.bytes ?? before)) / ((last?.count ?? 0) - (earlier?.count ?? 0))
    return {
      kb: steps.map(({ bytes, count }) => rounded((bytes - before) / 1024 / count)),
      furtherKb: rounded(growth / 1024),
      arrivalMs: steps.map(({ arrivalMs }) => rounded(arrivalMs)),
      minuteMs: steps.map(({ minuteMs }) => rounded(minuteMs)),
    }
  })
}

interface Step {
  readonly count: number
  readonly bytes: number
  readonly arrivalMs: number
  readonly minuteMs: number
}

async function grow(
  { paper, needed, used }: PaperCentre,
  legIds: string[],
  { count, there }: { count: number; there: (legId: string) => boolean },
): Promise<Step> {
  const [earlier, before] = [legIds.length, used()]
  await openCalls(paper, legIds, { count, there })
  const arrivalMs = ((used() - before) * 1000) / (count - earlier)
  const bytes = await needed()
  const quiet = used()
  await pause(watched)
  const minuteMs = ((used() - quiet) * 1000 * (60_000 / watched)) / count
  return { count, bytes, arrivalMs, minuteMs }
}
