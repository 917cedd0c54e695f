import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Kysely, type Migration, type MigrationProvider, Migrator, sql } from 'kysely'
import { ConfigurationError, type Logger, messageOf } from '../kernel/index.ts'

/** Reads `NNNN-name.up.sql` and `NNNN-name.down.sql` of a folder. */
class SqlFileMigrations implements MigrationProvider {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  async getMigrations(): Promise<Record<string, Migration>> {
    const files = await readdir(this.#folder)
    const names = files.filter((file) => file.endsWith('.up.sql')).map((file) => file.slice(0, -'.up.sql'.length))
    return Object.fromEntries(names.sort().map((name) => [name, this.#migration(name)]))
  }

  #migration(name: string): Migration {
    const run = (direction: 'up' | 'down') => async (db: Parameters<Migration['up']>[0]) => {
      await sql.raw(await readFile(join(this.#folder, `${name}.${direction}.sql`), 'utf8')).execute(db)
    }
    return { up: run('up'), down: run('down') }
  }
}

/**
 * Brings the schema to the newest migration. Several processes may call it at once: kysely lets one do the work
 * under an advisory lock and the others wait. Throws {@link ConfigurationError} naming the migration that failed.
 */
export async function migrateToLatest<Tables>({
  db,
  folder,
  logger,
  schema,
}: {
  db: Kysely<Tables>
  folder: string
  logger: Logger
  /** Where the table of migrations is kept, created when missing; the database must have been opened with it. */
  schema?: string
}): Promise<void> {
  const migrator = migratorOf({ db, folder, schema })
  const { error, results = [] } = await migrator.migrateToLatest()
  for (const { migrationName, status } of results) logger.info({ migration: migrationName, status }, 'migration')
  if (error) {
    const failed = results.find(({ status }) => status === 'Error')?.migrationName ?? 'before the first'
    throw new ConfigurationError(`migration ${failed} failed: ${messageOf(error)}`)
  }
}

/** Undoes the newest migration. */
export async function migrateDown<Tables>(options: {
  db: Kysely<Tables>
  folder: string
  schema?: string
}): Promise<void> {
  const { error } = await migratorOf(options).migrateDown()
  if (error) throw new ConfigurationError(`the newest migration could not be undone: ${messageOf(error)}`)
}

function migratorOf<Tables>({
  db,
  folder,
  schema,
}: {
  db: Kysely<Tables>
  folder: string
  schema?: string | undefined
}) {
  return new Migrator({
    db: db as Kysely<unknown>,
    provider: new SqlFileMigrations(folder),
    ...(schema === undefined ? {} : { migrationTableSchema: schema }),
  })
}
