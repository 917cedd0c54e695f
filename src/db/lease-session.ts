import { hostname } from 'node:os'
import { Client } from 'pg'
import { type Logger, messageOf, newId } from '../kernel/index.ts'

/** Milliseconds. A slow database is no reason to give the lease up. */
const answerWithin = 10_000
/** Milliseconds after a start of the database in which the lease is its last holder's alone. */
const graceAfterStart = 3000

/**
 * A name for this process as a holder. A container that is started again has the same host name and process number, and its
 * connections are not those of the holder before: hence the rest.
 */
export function newHolder(): string {
  return `${hostname()}:${process.pid}:${newId().slice(-8)}`
}

/** Names the connections of a process, so that whoever takes over can end them. PostgreSQL keeps 63 bytes of a name. */
export function connectionsOf(holder: string): string {
  return `yihao ${holder.replaceAll(/[^\x21-\x7e]/g, '').slice(-57)}`
}

/** One connection that holds a lease, or asks for it: the lock lives and dies with it. */
export class LeaseSession {
  readonly #client: Client
  readonly #name: string
  readonly #holder: string
  readonly #logger: Logger

  constructor(
    {
      url,
      name,
      schema = 'public',
      holder,
      logger,
    }: { url: string; name: string; schema?: string; holder: string; logger: Logger },
    onEnded: () => void,
  ) {
    this.#name = name
    this.#holder = holder
    this.#logger = logger
    this.#client = new Client({
      connectionString: url,
      connectionTimeoutMillis: answerWithin,
      query_timeout: answerWithin,
      keepAlive: true,
      application_name: `yihao lease ${name}`,
      // A lease is worth nothing on a replica, and must not wait for one that is away.
      options: `-c search_path=${schema} -c synchronous_commit=local`,
    })
    this.#client.on('error', onEnded)
    this.#client.on('end', onEnded)
  }

  /** Takes the lease unless it is somebody's; resolves with the new epoch, and whether somebody else had it last. */
  async take(frozenAfterMs: number): Promise<{ epoch: number; fromAnother: boolean } | undefined> {
    await this.#client.connect()
    const { rows } = await this.#client.query<{ ours: boolean }>(
      'select pg_try_advisory_lock(hashtextextended($1, 0)) as ours',
      [this.#name],
    )
    if (!rows[0]?.ours) {
      await this.#endFrozen(frozenAfterMs)
      return undefined
    }
    const other = await this.#otherHolder()
    if (other) {
      if (other.mayComeBack) return undefined
      // What it sent is not under way any more when we read the log.
      await this.#endConnections(other.holder)
    }
    return { epoch: await this.#raiseEpoch(), fromAnother: other !== undefined }
  }

  /** Whether somebody else took the lease last; asked over a connection of its own. */
  async isAnothers(): Promise<boolean> {
    await this.#client.connect()
    return (await this.#otherHolder()) !== undefined
  }

  /** Says that the holder lives; false when the lease is another's by now. */
  async renew(epoch: number): Promise<boolean> {
    const { rowCount } = await this.#client.query(
      'update leases set renewed_at = now() where name = $1 and epoch = $2',
      [this.#name, epoch],
    )
    return rowCount === 1
  }

  async end(): Promise<void> {
    await this.#client
      .end()
      .catch((error: unknown) => this.#logger.debug({ reason: messageOf(error) }, 'lease connection'))
  }

  /** The seconds of the day keep epochs growing when the database is set back while switches remember later ones. */
  async #raiseEpoch(): Promise<number> {
    const { rows } = await this.#client.query<{ epoch: number }>(
      `insert into leases (name, epoch, holder) values ($1, extract(epoch from now())::bigint, $2)
       on conflict (name) do update set epoch = greatest(leases.epoch + 1, excluded.epoch), holder = $2,
         taken_at = now(), renewed_at = now()
       returning epoch`,
      [this.#name, this.#holder],
    )
    return rows[0]?.epoch ?? 0
  }

  /**
   * Who took the lease last, if that was not us. All connections broke when the database went down: who held the lease then
   * is given the time to come back.
   */
  async #otherHolder(): Promise<{ holder: string; mayComeBack: boolean } | undefined> {
    const { rows } = await this.#client.query<{ holder: string; mayComeBack: boolean }>(
      `select holder,
         pg_postmaster_start_time() > renewed_at
           and now() - pg_postmaster_start_time() < $2 * interval '1 millisecond' as "mayComeBack"
       from leases where name = $1 and holder <> $3`,
      [this.#name, graceAfterStart, this.#holder],
    )
    return rows[0]
  }

  /** A process that is stopped keeps its connections, and with them the lock and whatever else it had locked. */
  async #endFrozen(frozenAfterMs: number): Promise<void> {
    const { rows } = await this.#client.query<{ holder: string }>(
      `select holder from leases where name = $1 and now() - renewed_at > $2 * interval '1 millisecond'`,
      [this.#name, frozenAfterMs],
    )
    const [frozen] = rows
    if (!frozen) return
    this.#logger.warn({ lease: this.#name, holder: frozen.holder }, 'the holder is frozen: its connections are ended')
    await this.#endConnections(frozen.holder)
    await this.#client.query(
      `select pg_terminate_backend(pid) from pg_locks, hashtextextended($1, 0) as key
       where locktype = 'advisory' and granted and objsubid = 1 and pid <> pg_backend_pid()
         and database = (select oid from pg_database where datname = current_database())
         and (classid::bigint << 32 | objid::bigint) = key`,
      [this.#name],
    )
  }

  async #endConnections(holder: string): Promise<void> {
    await this.#client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = $1 and datname = current_database() and pid <> pg_backend_pid()`,
      [connectionsOf(holder)],
    )
  }
}
