/** A unit of the administration, or a partner firm, that handles tickets. */
export interface Unit {
  readonly unitId: string
  readonly name: string
  /** From the top of the tree, e.g. `qidong/housing`. */
  readonly path: string
  /** 1 (city) to 4 (village) [126]. */
  readonly level: number
  readonly type: 'department' | 'partner' | 'sub-centre'
  readonly leader: string | null
  readonly phone: string | null
  /** Unsatisfied visits in a row. */
  readonly strikes: number
  readonly expelledAt: number | null
}

/** Whether a unit is another or below it. */
export function isWithin(path: string, above: string): boolean {
  return path === above || path.startsWith(`${above}/`)
}

/** A unit as a step names it, seen from the unit at the path `above`. */
export function handlingUnit({ unitId, path, type, expelledAt }: Unit, above: string | undefined) {
  const below = above !== undefined && path !== above && isWithin(path, above)
  return { unitId, path, partner: type === 'partner', expelled: expelledAt !== null, below }
}
