import { join } from 'node:path'
import { migrateDown, migrateToLatest, openDatabase } from '../src/db/index.ts'
import { ConfigurationError, createLogger, messageOf, projectRoot, readArguments } from '../src/kernel/index.ts'

const help = `Usage: DATABASE_URL=postgres://... npm run migrate [-- --down]

Brings the schema of the database to the newest migration, as every start of the hotline does by itself.

  --down   undo the newest migration instead: its tables are dropped with what is in them`

const { values: flags } = readArguments({
  options: { down: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
})

if (flags.help) console.log(help)
else {
  run().catch((error: unknown) => {
    console.error(`migrate: ${messageOf(error)}`)
    process.exitCode = 1
  })
}

async function run(): Promise<void> {
  const url = process.env['DATABASE_URL']
  if (!url) throw new ConfigurationError('DATABASE_URL is not set')
  const logger = createLogger({ name: 'migrate', level: 'info' })
  const db = openDatabase({ url, logger, connections: 1 })
  const folder = join(projectRoot(), 'migrations')
  try {
    if (flags.down) await migrateDown({ db, folder })
    else await migrateToLatest({ db, folder, logger })
  } finally {
    await db.destroy()
  }
}
