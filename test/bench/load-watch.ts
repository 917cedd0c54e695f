import { readFileSync } from 'node:fs'

/** Ticks of /proc a second: USER_HZ, which is 100 on every Linux that Node runs on. */
const ticks = 100
/** Above this share of a core the generator measures itself. */
const limit = 0.7

/** Seconds of CPU a process has used so far; 0 when it is gone. */
export function cpuSeconds(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) / ticks
  } catch {
    return 0
  }
}

/** Watches how much of a core those who make the load use: a run in which they use too much is void. */
export class LoadWatch {
  readonly #begun = performance.now()
  readonly #before: ReadonlyMap<number, number>

  constructor(pids: readonly number[] = [process.pid]) {
    this.#before = new Map(pids.map((pid) => [pid, cpuSeconds(pid)]))
  }

  /** Share of a core of the busiest generator since the watch began, and whether that makes the run void. */
  get verdict(): { readonly generatorShare: number; readonly void: boolean } {
    const seconds = (performance.now() - this.#begun) / 1000
    const shares = [...this.#before].map(([pid, before]) => (cpuSeconds(pid) - before) / seconds)
    const generatorShare = Math.round(Math.max(...shares) * 100) / 100
    return { generatorShare, void: generatorShare > limit }
  }
}
