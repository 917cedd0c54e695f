import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type RunningPostgres, startPostgres } from '../../src/embedded/postgres.ts'
import type { Child } from './child.ts'
import { readOrMakeSecrets, type Secrets } from './secrets.ts'
import type { StackOptions, StackPorts } from './stack-options.ts'
import { type StackProcess, StackPrograms } from './stack-programs.ts'

const startOrder = ['sip-server', 'switch', 'hotline', 'edge', 'tickets'] as const
const stopOrder = ['tickets', 'hotline', 'edge', 'switch', 'sip-server'] as const

/** Starts everything in the order of dependence and stops it in the reverse; what fails takes the rest down with it. */
export async function startStack(options: StackOptions): Promise<Stack> {
  // Others may walk through, not look: PostgreSQL runs as a user of its own when we are root.
  mkdirSync(options.stateDir, { recursive: true })
  chmodSync(options.stateDir, 0o711)
  const secrets = readOrMakeSecrets(join(options.stateDir, 'secrets.json'))
  const postgres = options.databaseUrl ? undefined : await startDatabase(options, secrets)
  const stack = new Stack({ options, secrets, postgres })
  try {
    await stack.start()
    return stack
  } catch (error) {
    await stack.stop()
    throw error
  }
}

/** The processes of one hotline. */
export class Stack {
  readonly ports: StackPorts
  readonly databaseUrl: string
  readonly secrets: Secrets
  readonly logDir: string
  readonly #options: StackOptions
  readonly #postgres: RunningPostgres | undefined
  readonly #programs: StackPrograms
  readonly #children = new Map<StackProcess, Child>()
  readonly #standbys: Child[] = []

  constructor({
    options,
    secrets,
    postgres,
  }: {
    options: StackOptions
    secrets: Secrets
    postgres: RunningPostgres | undefined
  }) {
    this.#options = options
    this.#postgres = postgres
    this.secrets = secrets
    this.ports = options.ports
    this.databaseUrl = postgres?.url(database) ?? options.databaseUrl ?? ''
    this.logDir = join(options.stateDir, 'log')
    const { databaseUrl, logDir } = this
    this.#programs = new StackPrograms({ options, databaseUrl, secrets, logDir })
  }

  /** Set when this start created the database. */
  get adminPassword(): string | undefined {
    return this.#programs.adminPassword
  }

  async start(): Promise<void> {
    const { signal, onProgress = () => {} } = this.#options
    await this.#postgres?.createDatabase(database)
    for (const name of startOrder) {
      if (!this.#programs.isOurs(name)) continue
      signal?.throwIfAborted()
      onProgress(name)
      this.#children.set(name, await this.#programs.start(name))
    }
  }

  /** Throws when it is not one of ours. */
  child(name: StackProcess): Child {
    const child = this.#children.get(name)
    if (!child) throw new Error(`${name} was not started`)
    return child
  }

  /** Starts one of the processes anew after it was stopped. */
  async restart(name: StackProcess): Promise<void> {
    await this.#children.get(name)?.stop()
    this.#children.set(name, await this.#programs.start(name))
  }

  /** Starts a further hotline process, which stands by until the one that is active is gone. */
  async startStandby(httpPort: number): Promise<Child> {
    const standby = await this.#programs.startStandby(httpPort)
    this.#standbys.push(standby)
    return standby
  }

  async stop(): Promise<void> {
    for (const standby of this.#standbys) await standby.stop()
    for (const name of stopOrder) await this.#children.get(name)?.stop()
    await this.#postgres?.stop()
  }
}

const database = 'yihao'

async function startDatabase(
  { stateDir, ports, temporary = false, signal, onProgress = () => {} }: StackOptions,
  secrets: Secrets,
): Promise<RunningPostgres> {
  signal?.throwIfAborted()
  onProgress('PostgreSQL')
  const folder = join(stateDir, 'postgres')
  try {
    return await startPostgres({ folder, port: ports.postgres, password: secrets.postgres, temporary })
  } catch (error) {
    // Ctrl-C reaches the program that makes its folder too, and that is no fault.
    signal?.throwIfAborted()
    throw error
  }
}
