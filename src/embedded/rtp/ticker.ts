import { performance } from 'node:perf_hooks'

/** One participant of the beat. Every `receive` of a beat runs before any `send`, so a bridge adds no extra beat. */
export interface TickMember {
  receive(): void
  send(): void
}

export interface TickerStats {
  readonly ticks: number
  /** Beats that could not be made up for after the process was held for longer than `maxCatchUp` beats. */
  readonly skipped: number
  /** How late the worst beat began, in ms, since the last `resetStats`. */
  readonly worstLateMs: number
}

const tickMs = 20
const maxCatchUp = 5

/**
 * The 20 ms beat all streams of a process share. Each beat is due at start + n × 20 ms, whatever the one before cost,
 * so that timers' rounding never adds up to drift. It runs only while it has members.
 */
export class Ticker {
  readonly #members = new Set<TickMember>()
  #timer: NodeJS.Timeout | undefined
  #dueAt = 0
  #ticks = 0
  #skipped = 0
  #worstLateMs = 0

  add(member: TickMember): void {
    this.#members.add(member)
    if (this.#timer !== undefined) return
    this.#dueAt = performance.now() + tickMs
    this.#arm()
  }

  remove(member: TickMember): void {
    this.#members.delete(member)
    if (this.#members.size > 0) return
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  get stats(): TickerStats {
    return { ticks: this.#ticks, skipped: this.#skipped, worstLateMs: this.#worstLateMs }
  }

  resetStats(): void {
    this.#worstLateMs = 0
    this.#skipped = 0
    this.#ticks = 0
  }

  #arm(): void {
    this.#timer = setTimeout(this.#onTimer, Math.max(0, this.#dueAt - performance.now()))
  }

  readonly #onTimer = (): void => {
    let lateMs = performance.now() - this.#dueAt
    // A timer may fire a fraction of a millisecond early; waiting again would cost a whole one.
    this.#worstLateMs = Math.max(this.#worstLateMs, lateMs)
    for (let run = 0; run <= maxCatchUp && lateMs > -1; run += 1) {
      this.#beat()
      lateMs = performance.now() - this.#dueAt
    }
    this.#skipWhatIsLost(lateMs)
    if (this.#members.size > 0) this.#arm()
  }

  #beat(): void {
    this.#dueAt += tickMs
    this.#ticks += 1
    for (const member of this.#members) member.receive()
    for (const member of this.#members) member.send()
  }

  #skipWhatIsLost(lateMs: number): void {
    if (lateMs < tickMs) return
    const lost = Math.floor(lateMs / tickMs)
    this.#skipped += lost
    this.#dueAt += lost * tickMs
  }
}
