import { openDatabase } from '../src/db/index.ts'
import { ConfigurationError, createLogger, messageOf, readArguments } from '../src/kernel/index.ts'
import { AuditStore } from '../src/tickets/audit/audit-store.ts'
import { type TicketTables, ticketSchema } from '../src/tickets/ticket-database.ts'

const help = `Usage: DATABASE_URL=postgres://... npm run verify-audit [-- --link POSITION:HASH]

Walks the audit log of the ticket service from its first entry and compares every hash. Prints one JSON object; exit status 1 when an
entry was changed, taken out or put in. "head" is the newest link: note it outside of the database, and give it the next time.

  --link POSITION:HASH   a link noted earlier, which must still be in the chain`

const { values: flags } = readArguments({
  options: { link: { type: 'string' }, help: { type: 'boolean', default: false } },
})

if (flags.help) console.log(help)
else {
  run().catch((error: unknown) => {
    console.error(`verify-audit: ${messageOf(error)}`)
    process.exitCode = 1
  })
}

async function run(): Promise<void> {
  const url = process.env['DATABASE_URL']
  if (!url) throw new ConfigurationError('DATABASE_URL is not set')
  const logger = createLogger({ name: 'verify-audit', level: 'warn' })
  const db = openDatabase<TicketTables>({ url, logger, connections: 1, schema: ticketSchema })
  try {
    const report = await new AuditStore({ db }).verify(linkOf(flags.link))
    console.log(JSON.stringify(report))
    process.exitCode = report.ok ? 0 : 1
  } finally {
    await db.destroy()
  }
}

function linkOf(text: string | undefined): { position: number; hash: string } | undefined {
  if (text === undefined) return undefined
  const [, position, hash] = /^(\d+):([0-9a-f]{64})$/.exec(text) ?? []
  if (position === undefined || hash === undefined)
    throw new ConfigurationError(`--link ${text}: POSITION:HASH is expected`)
  return { position: Number(position), hash }
}
