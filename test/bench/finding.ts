export type Figure = number | string | boolean | readonly string[]

/**
 * What a bench or a chaos scenario found: whether its target is met, and the figures. It is never `ok` where nothing was
 * measured, and then says why not.
 */
export interface Finding {
  readonly ok: boolean
  readonly name: string
  /** What it ran on, e.g. `embedded + embedded` or `drachtio + freeswitch`. */
  readonly on: string
  readonly target: string
  readonly reason?: string
  readonly [figure: string]: Figure | undefined
}

/** Keeps as many digits of a figure as anybody reads. */
export function rounded(value: number, digits = 1): number {
  const factor = 10 ** digits
  return Math.round(value * factor) / factor
}
