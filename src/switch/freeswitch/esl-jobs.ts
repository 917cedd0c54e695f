import type { Clock } from '../../kernel/index.ts'
import { SwitchUnavailable } from '../errors.ts'

interface Job {
  readonly settle: (body: string) => void
  readonly fail: (reason: string) => void
}

/** Commands that run in a thread of the switch, by the names we gave them. */
export class EslJobs {
  readonly #clock: Clock
  readonly #jobs = new Map<string, Job>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Resolves with the result of a job, or rejects with {@link SwitchUnavailable} when none comes in time. */
  result(jobId: string, { what, withinMs }: { what: string; withinMs: number }): Promise<string> {
    return new Promise((resolve, reject) => {
      const stop = this.#clock.after(withinMs, () => this.fail(jobId, `no result of "${what}" within ${withinMs} ms`))
      this.#jobs.set(jobId, {
        settle: (body) => {
          stop()
          resolve(body.trim())
        },
        fail: (reason) => {
          stop()
          reject(new SwitchUnavailable(reason))
        },
      })
    })
  }

  settle(jobId: string, body: string): void {
    this.#take(jobId)?.settle(body)
  }

  fail(jobId: string, reason: string): void {
    this.#take(jobId)?.fail(reason)
  }

  failAll(reason: string): void {
    for (const jobId of this.#jobs.keys()) this.fail(jobId, reason)
  }

  #take(jobId: string): Job | undefined {
    const job = this.#jobs.get(jobId)
    this.#jobs.delete(jobId)
    return job
  }
}
