import type { Cancel, Clock } from '../kernel/index.ts'
import type { AfterMaxWait, OverflowStep, QueueConfig } from './queue-config.ts'

/** Milliseconds between looks whether somebody is logged in, while a step depends on it. */
const lookEvery = 1000

export interface OverflowChainOptions {
  readonly config: QueueConfig
  /** When the caller entered this queue, milliseconds since the epoch. */
  readonly enteredAt: number
  readonly clock: Clock
  /** Whether anybody who could serve the caller is logged in. */
  readonly staffed: () => boolean
  /** A step is due: `take` gives what it asks for. */
  readonly onDue: () => void
}

/**
 * What is tried, step by step, for one caller who waits in one queue: each step once, in the order of the file. The
 * longest wait and what follows it are the last step, so that a queue without a chain has a chain of one.
 */
export class OverflowChain {
  readonly #options: OverflowChainOptions
  #left: readonly OverflowStep[]
  #cancel: Cancel = () => {}

  constructor(options: OverflowChainOptions) {
    this.#options = options
    this.#left = stepsOf(options.config)
  }

  /** Watches from now on; `onDue` may be called at once, for somebody nobody is there for. */
  start(): void {
    this.stop()
    if (this.#due()) return this.#options.onDue()
    const next = this.#next()
    if (next === undefined) return
    this.#cancel = this.#options.clock.after(next, () => this.start())
  }

  /** What is to be done now, if anything; it will not be due again. */
  take(): AfterMaxWait | undefined {
    const step = this.#due()
    if (!step) return undefined
    // Whoever keeps the caller wants nothing else to be tried.
    this.#left = step.action.kind === 'keep' ? [] : this.#left.filter((other) => other !== step)
    return step.action
  }

  stop(): void {
    this.#cancel()
  }

  #due(): OverflowStep | undefined {
    const { clock, enteredAt, staffed } = this.#options
    const waited = clock.now() - enteredAt
    return this.#left.find(({ when }) => (when.kind === 'after' ? waited >= when.seconds * 1000 : !staffed()))
  }

  /** Milliseconds until the next look. */
  #next(): number | undefined {
    const { clock, enteredAt } = this.#options
    const waited = clock.now() - enteredAt
    const times = this.#left.map(({ when }) => (when.kind === 'after' ? when.seconds * 1000 - waited : lookEvery))
    return times.length > 0 ? Math.max(0, Math.min(...times)) : undefined
  }
}

function stepsOf({ overflow, maxWait, afterMaxWait }: QueueConfig): OverflowStep[] {
  return [...overflow, { when: { kind: 'after', seconds: maxWait }, action: afterMaxWait }]
}
