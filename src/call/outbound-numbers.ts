import { HotlineError } from '../kernel/index.ts'
import type { Target } from '../transfer/index.ts'

/** Calls to citizens as the city's file has them. */
export interface OutboundRoute {
  /** SIP URI of the trunk, host and port alone. */
  readonly trunk: string
  /** Regular expressions of the numbers that may be called, each for the whole number. */
  readonly numbers: readonly string[]
  /** Seconds a citizen's phone may ring. */
  readonly ringFor: number
  /** Calendar of the hours in which citizens may be rung; undefined: at any hour. */
  readonly hours?: string
  /** Codes an agent may note after a call out. */
  readonly outcomes: readonly string[]
}

/** The number is none that may be called, or the city has no trunk. */
export class NumberRefused extends HotlineError {
  readonly code = 'number-refused'
  readonly status = 422
}

/** Which numbers we call, and how: a caller who enters a number by key must not make us call abroad at our cost. */
export class OutboundNumbers {
  readonly #route: OutboundRoute | undefined
  readonly #patterns: readonly RegExp[]

  constructor(route: OutboundRoute | undefined) {
    this.#route = route
    this.#patterns = (route?.numbers ?? []).map((pattern) => new RegExp(`^(?:${pattern})$`))
  }

  /** The number as it is dialled here: without +86, and without the 0 before a mobile number. */
  normal(number: string): string {
    return number.replace(/^(?:\+|00)86/, '').replace(/^0(?=1[3-9]\d{9}$)/, '')
  }

  allowed(number: string): boolean {
    const normal = this.normal(number)
    return /^[0-9]{3,20}$/.test(normal) && this.#patterns.some((pattern) => pattern.test(normal))
  }

  /** Throws {@link NumberRefused}. */
  target(number: string): Target {
    if (!this.#route) throw new NumberRefused("no calls out: the city's file has no outbound trunk")
    if (!this.allowed(number)) throw new NumberRefused(`${number} is no number that may be called from here`)
    const normal = this.normal(number)
    return { name: normal, extension: normal, ringFor: this.#route.ringFor }
  }
}
