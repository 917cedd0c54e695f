import { type Figure, rounded } from '../bench/finding.ts'

/** What a scenario notes while it runs: figures, and what did not come as expected. */
export class Report {
  readonly figures: Record<string, Figure> = {}
  readonly faults: string[] = []
  /** In the form that the tests run, times are noted and judge nothing: the machine may be busy. */
  readonly #timesCount: boolean

  constructor({ timesCount }: { timesCount: boolean }) {
    this.#timesCount = timesCount
  }

  note(name: string, figure: Figure): void {
    this.figures[name] = figure
  }

  expect(holds: boolean, fault: string): void {
    if (!holds) this.faults.push(fault)
  }

  /** Notes the worst time so far under this name, and counts one above the limit as a fault. */
  limit(name: string, ms: number, atMost: number): void {
    const before = this.figures[name]
    this.figures[name] = Math.max(rounded(ms, 0), typeof before === 'number' ? before : 0)
    if (this.#timesCount && !(ms <= atMost)) this.faults.push(`${name}: ${rounded(ms)} ms, at most ${atMost} expected`)
  }
}
