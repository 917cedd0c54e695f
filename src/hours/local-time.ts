export const minute = 60_000
export const day = 24 * 60 * minute
const mostKnown = 20_000

/** A piece of time within one local date and with one distance from UTC; milliseconds. */
export interface LocalStretch {
  /** Instants; `end` is the first that is not within. */
  readonly start: number
  readonly end: number
  /** The instant at which the clocks show 00:00 of the date, were the distance from UTC the same all day. */
  readonly midnight: number
  /** YYYY-MM-DD. */
  readonly date: string
}

/** What clocks on the wall show in a time zone. Throws RangeError for a zone that does not exist. */
export class LocalTime {
  readonly #format: Intl.DateTimeFormat
  /** By quarter of an hour: clocks are changed at full ones, and asking the format takes a hundred times as long. */
  readonly #offsets = new Map<number, number>()

  constructor(zone: string) {
    this.#format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
  }

  /** The local date, YYYY-MM-DD. */
  date(instant: number): string {
    return this.stretch(instant).date
  }

  /** The stretch that begins at `start`: it ends at the next midnight, or where the clocks are changed before it. */
  stretch(start: number): LocalStretch {
    const offset = this.#offset(start)
    const midnight = Math.floor((start + offset) / day) * day - offset
    const end = midnight + day
    const changed = this.#offset(end - 1) !== offset
    return {
      start,
      end: changed ? this.#change(start, end - 1, offset) : end,
      midnight,
      date: new Date(midnight + offset).toISOString().slice(0, 10),
    }
  }

  /** The first instant whose distance from UTC is not `offset`: `before` has it, `after` has not. */
  #change(before: number, after: number, offset: number): number {
    let [low, high] = [before, after]
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (this.#offset(middle) === offset) low = middle
      else high = middle
    }
    return high
  }

  /** Milliseconds that local time is ahead of UTC. */
  #offset(instant: number): number {
    const quarter = Math.floor(instant / (15 * minute))
    const known = this.#offsets.get(quarter)
    if (known !== undefined) return known
    if (this.#offsets.size > mostKnown) this.#offsets.clear()
    const offset = this.#ask(quarter * 15 * minute)
    this.#offsets.set(quarter, offset)
    return offset
  }

  #ask(instant: number): number {
    const [, sign, hours, minutes, seconds = '0'] =
      /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(this.#format.format(instant)) ?? []
    if (sign === undefined) return 0
    const ahead = (Number(hours) * 60 + Number(minutes)) * minute + Number(seconds) * 1000
    return sign === '-' ? -ahead : ahead
  }
}

/** Zones in use; making one takes longer than asking it a hundred times. */
const zones = new Map<string, LocalTime>()

export function localTimeOf(zone: string): LocalTime {
  const known = zones.get(zone) ?? new LocalTime(zone)
  zones.set(zone, known)
  return known
}

/** The date in Beijing, YYYY-MM-DD: the State Council's days and years are those, whatever the zone of a calendar. */
export function beijingDate(instant: number): string {
  return localTimeOf('Asia/Shanghai').date(instant)
}

/** Whether a text is a day of the calendar, written YYYY-MM-DD: 2026-02-30 is none. */
export function isDate(value: string): boolean {
  const instant = /^\d{4}-\d\d-\d\d$/.test(value) ? Date.parse(`${value}T00:00:00Z`) : Number.NaN
  return !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(value)
}
