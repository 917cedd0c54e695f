import { type Runner, run, runMigrations, type TaskList, Logger as WorkerLogger } from 'graphile-worker'
import { type Cancel, type Clock, type Logger, messageOf } from '../../kernel/index.ts'
import { jobSchema } from '../ticket-database.ts'

/** What a job does with its payload; it throws to be tried again, at growing intervals. */
export type Task = (payload: Readonly<Record<string, string>>) => Promise<void>

export interface TicketJobsOptions {
  readonly databaseUrl: string
  readonly tasks: Readonly<Record<string, Task>>
  /** Real time. */
  readonly clock: Clock
  readonly logger: Logger
}

/** Milliseconds: between looks for jobs whose time has come, and before a worker that ended is started anew. */
const pollEvery = 1000
const restartAfter = 1000

/** Durable jobs, kept in PostgreSQL by graphile-worker: what came due while nobody worked is done at the start. */
export class TicketJobs {
  readonly #options: TicketJobsOptions
  #runner: Runner | undefined
  #stopped = false
  #cancelRestart: Cancel = () => {}

  private constructor(options: TicketJobsOptions) {
    this.#options = options
  }

  /** Creates or updates the tables of the jobs. */
  static async migrate({ databaseUrl, logger }: Pick<TicketJobsOptions, 'databaseUrl' | 'logger'>): Promise<void> {
    await runMigrations({ connectionString: databaseUrl, schema: jobSchema, logger: workerLogger(logger) })
  }

  static async start(options: TicketJobsOptions): Promise<TicketJobs> {
    const jobs = new TicketJobs(options)
    await jobs.#start()
    return jobs
  }

  /** Takes no more jobs and waits for those at work. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancelRestart()
    const runner = this.#runner
    this.#runner = undefined
    if (runner) {
      await runner.stop().catch((error: unknown) => {
        this.#options.logger.debug({ reason: messageOf(error) }, 'jobs were ending already')
      })
    }
  }

  async #start(): Promise<void> {
    const { databaseUrl, tasks, logger } = this.#options
    const taskList: TaskList = Object.fromEntries(
      Object.entries(tasks).map(([name, task]) => [
        name,
        (payload: unknown) => task(payload as Record<string, string>),
      ]),
    )
    const runner = await run({
      connectionString: databaseUrl,
      schema: jobSchema,
      concurrency: 4,
      maxPoolSize: 6,
      pollInterval: pollEvery,
      noHandleSignals: true,
      logger: workerLogger(logger),
      taskList,
      crontab: '17 3 * * * prune',
    })
    this.#runner = runner
    runner.promise.then(
      () => this.#ended('no reason given'),
      (error: unknown) => this.#ended(messageOf(error)),
    )
  }

  /** The worker gives up when the database is away for too long; we do not. */
  #ended(reason: string): void {
    if (this.#stopped) return
    this.#options.logger.warn({ reason }, 'jobs rest, starting anew')
    this.#restart()
  }

  #restart(): void {
    if (this.#stopped) return
    this.#cancelRestart = this.#options.clock.after(restartAfter, () => {
      this.#start().catch((error: unknown) => {
        this.#options.logger.debug({ reason: messageOf(error) }, 'jobs cannot start yet')
        this.#restart()
      })
    })
  }
}

function workerLogger(logger: Logger): WorkerLogger {
  return new WorkerLogger(() => (level, message) => {
    if (level === 'error') logger.error({ worker: message }, 'jobs')
    else if (level === 'warning') logger.warn({ worker: message }, 'jobs')
    else logger.trace({ worker: message }, 'jobs')
  })
}
