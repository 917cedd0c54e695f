/** What figures are told by: the queue a call waits in, or the line, which is the number that was dialled. */
export type Place = 'queue' | 'line'
export const places = ['queue', 'line'] as const

type InPlace = Readonly<Record<Place, string>>

interface Sum<Figure> {
  readonly none: Figure
  readonly add: (a: Figure, b: Figure) => Figure
}

/** Who waits at this moment. */
export interface WaitingNow {
  readonly waiting: number
  readonly longestWaitMs: number
}

/** Nobody, and both together. */
export const waits: Sum<WaitingNow> = {
  none: { waiting: 0, longestWaitMs: 0 },
  add: (a, b) => ({ waiting: a.waiting + b.waiting, longestWaitMs: Math.max(a.longestWaitMs, b.longestWaitMs) }),
}

/** One figure for every queue on every line: counted once, told by either. */
export class PlaceTable<Figure> {
  readonly #none: Figure
  readonly #queues = new Map<string, Map<string, Figure>>()

  constructor(none: Figure) {
    this.#none = none
  }

  change({ queue, line }: InPlace, to: (before: Figure) => Figure): void {
    const lines = this.#queues.get(queue) ?? new Map<string, Figure>()
    lines.set(line, to(lines.get(line) ?? this.#none))
    this.#queues.set(queue, lines)
  }

  rows(): (Figure & InPlace)[] {
    return [...this.#queues].flatMap(([queue, lines]) =>
      [...lines].map(([line, figure]) => ({ ...figure, queue, line })),
    )
  }
}

/** Rows added up by one place, from `none` on. */
export function sumBy<Figure>(
  place: Place,
  rows: readonly (Figure & InPlace)[],
  { none, add }: Sum<Figure>,
): Map<string, Figure> {
  const sums = new Map<string, Figure>()
  for (const row of rows) sums.set(row[place], add(sums.get(row[place]) ?? none, row))
  return sums
}
