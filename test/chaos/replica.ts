import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import { freePort } from '../../scripts/launch/free-port.ts'
import { atDatabase } from '../support/at-database.ts'
import { until } from '../support/until.ts'
import { withPort } from './with-port.ts'

export interface ReplicaOptions {
  /** URL of a database of the server to be followed; its user may do everything. */
  readonly primary: string
  /** The data of that server, and its program. */
  readonly data: string
  readonly program: string
  /** Where the replica's own data goes. */
  readonly copy: string
}

/** A server that follows another and confirms each of its commits. */
export class Replica {
  readonly port: number
  readonly #options: ReplicaOptions
  #process: ChildProcess | undefined
  #promoted = false

  private constructor(options: ReplicaOptions, port: number) {
    this.#options = options
    this.port = port
  }

  /** Copies the data, follows from there, and has the first server's commits wait for this one. */
  static async start(options: ReplicaOptions): Promise<Replica> {
    const replica = new Replica(options, await freePort())
    await baseBackup(options)
    await replica.start()
    await atDatabase(options.primary, `alter system set synchronous_standby_names = 'ANY 1 (replica)'`)
    await atDatabase(options.primary, 'select pg_reload_conf()')
    await until(() => replica.#confirms(), 'commits wait for the replica', 20_000)
    return replica
  }

  /** Whether it takes writes by now. */
  get promoted(): boolean {
    return this.#promoted
  }

  async start(): Promise<void> {
    const { program, copy } = this.#options
    const { uid, gid } = statSync(copy)
    const flags = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=60']
    this.#process = spawn(
      program,
      ['-D', copy, '-p', String(this.port), ...flags.flatMap((flag) => ['-c', flag])],
      // As root neither we nor PostgreSQL would start it; whoever owns the data may.
      { stdio: ['ignore', 'ignore', openSync(`${copy}.log`, 'a')], ...(process.getuid?.() === 0 && { uid, gid }) },
    )
    await until(() => this.#answers(), `the replica answers (${copy}.log)`, 20_000)
  }

  /** From now on it takes writes, and follows nobody. */
  async promote(): Promise<void> {
    await atDatabase(this.#url, 'select pg_promote()')
    this.#promoted = true
  }

  /** SIGQUIT: nobody is asked to finish, as in a crash. */
  async crash(): Promise<void> {
    const server = this.#process
    if (!server || server.exitCode !== null || server.signalCode !== null) return
    const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()))
    server.kill('SIGQUIT')
    await ended
  }

  get #url(): string {
    return withPort(this.#options.primary, this.port)
  }

  #answers(): Promise<boolean> {
    return atDatabase(this.#url, 'select 1').then(
      () => true,
      () => false,
    )
  }

  async #confirms(): Promise<boolean> {
    const confirming = `select from pg_stat_replication where application_name = 'replica' and sync_state = 'quorum'`
    return (await atDatabase(this.#options.primary, confirming)).length === 1
  }
}

/**
 * What pg_basebackup does, which does not come with the server from npm: the low-level way of PostgreSQL's manual
 * (Continuous Archiving, "Making a Base Backup Using the Low Level API").
 */
async function baseBackup({ primary, data, copy }: ReplicaOptions): Promise<void> {
  const client = new Client({ connectionString: primary })
  await client.connect()
  try {
    await client.query(`select pg_create_physical_replication_slot('replica', true)`)
    await client.query(`select pg_backup_start('replica', fast => true)`)
    copyData(data, copy)
    const { rows } = await client.query<{ labelfile: string }>(
      'select labelfile from pg_backup_stop(wait_for_archive => false)',
    )
    writeLike(data, join(copy, 'backup_label'), rows[0]?.labelfile ?? '')
  } finally {
    await client.end()
  }
  const { hostname, port, username, password } = new URL(primary)
  const connection = `host=${hostname} port=${port} user=${username} password=${decodeURIComponent(password)} application_name=replica`
  appendFileSync(
    join(copy, 'postgresql.auto.conf'),
    `primary_conninfo = '${connection}'\nprimary_slot_name = 'replica'\n`,
  )
  writeLike(data, join(copy, 'standby.signal'), '')
}

/** A file of whoever the server runs as. */
function writeLike(data: string, file: string, text: string): void {
  const { uid, gid } = statSync(data)
  writeFileSync(file, text)
  chownSync(file, uid, gid)
}

/** All but the write-ahead log, which the replica is sent, and the mark of the process. Owners stay as they are. */
function copyData(data: string, copy: string): void {
  const { uid, gid } = statSync(data)
  for (const folder of [copy, join(copy, 'pg_wal')]) {
    mkdirSync(folder, { recursive: true })
    chmodSync(folder, 0o700)
    chownSync(folder, uid, gid)
  }
  const left = new Set(['pg_wal', 'postmaster.pid', 'postmaster.opts'])
  const files = readdirSync(data).filter((name) => !left.has(name))
  execFileSync('cp', ['--archive', ...files.map((name) => join(data, name)), copy])
}
