import { readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../scripts/launch/free-port.ts'
import { type RunningPostgres, startPostgres } from '../../src/embedded/postgres.ts'
import { newSecret } from '../../src/kernel/index.ts'
import { until } from '../support/until.ts'
import { Replica } from './replica.ts'
import { withPort } from './with-port.ts'

/** A PostgreSQL that is stopped and started again on the same port with the same data, or followed by its replica. */
export class PostgresServer {
  readonly port: number
  readonly #folder: string
  readonly #password = newSecret()
  #running: RunningPostgres | undefined
  #replica: Replica | undefined

  private constructor(folder: string, port: number) {
    this.#folder = folder
    this.port = port
  }

  static async start(folder: string): Promise<PostgresServer> {
    const server = new PostgresServer(folder, await freePort())
    await server.start()
    await server.#running?.createDatabase('yihao')
    return server
  }

  /** Of the database, at the server that takes writes. */
  get url(): string {
    const url = this.#running?.url('yihao') ?? ''
    return this.#replica?.promoted ? withPort(url, this.#replica.port) : url
  }

  /** The server's children may hold its memory a moment longer than their parent lived. */
  async start(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        this.#running = await startPostgres({ folder: this.#folder, port: this.port, password: this.#password })
        return
      } catch (error) {
        if (attempt === 20) throw error
        await new Promise((resolve) => setTimeout(resolve, 500))
      }
    }
  }

  /** SIGQUIT: nobody is asked to finish, as in a crash. */
  async crash(): Promise<void> {
    const pid = this.#pid
    if (pid === undefined) return
    process.kill(pid, 'SIGQUIT')
    await until(() => !isAlive(pid), 'PostgreSQL has ended')
  }

  /** A second server that follows this one and confirms each commit. */
  async replicate(): Promise<Replica> {
    this.#replica = await Replica.start({
      primary: this.url,
      data: join(this.#folder, 'data'),
      program: readlinkSync(`/proc/${this.#pid}/exe`),
      copy: join(this.#folder, 'replica'),
    })
    return this.#replica
  }

  /** Ends both servers. */
  async stop(): Promise<void> {
    await this.#replica?.crash()
    await this.crash()
  }

  get #pid(): number | undefined {
    try {
      return Number(readFileSync(join(this.#folder, 'data/postmaster.pid'), 'utf8').split('\n')[0])
    } catch {
      // It has none while it does not run.
      return undefined
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
