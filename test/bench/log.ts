import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { freePort } from '../../scripts/launch/free-port.ts'
import { type Database, migrateToLatest, openDatabase } from '../../src/db/index.ts'
import { startPostgres } from '../../src/embedded/postgres.ts'
import { EventJournal, EventLog } from '../../src/events/index.ts'
import { createLogger, newId, newSecret, projectRoot, systemClock } from '../../src/kernel/index.ts'
import { median } from './blocks.ts'
import { type Finding, rounded } from './finding.ts'
import type { InstrumentOptions } from './instrument.ts'

const logger = createLogger({ name: 'bench', level: 'silent' })
const blocks = 7
/** A fact of ordinary size. */
const fact = () => ({ callId: newId(), queue: 'general', position: 3, expectedWaitSeconds: 40 })

/** Facts a second into the log, beside COPY into the same table and beside single INSERTs; `--calls` facts in a block. */
export async function logBench({ calls: facts = 10_000 }: InstrumentOptions): Promise<Finding> {
  const folder = mkdtempSync(join(tmpdir(), 'yihao-bench-'))
  // The server reads a file of ours, as another user.
  chmodSync(folder, 0o711)
  const postgres = await startPostgres({ folder, port: await freePort(), password: newSecret(), temporary: true })
  try {
    await postgres.createDatabase('bench')
    const db = openDatabase({ url: postgres.url('bench'), logger, connections: 2, statementTimeoutMs: 120_000 })
    await migrateToLatest({ db, folder: join(projectRoot(), 'migrations'), logger })
    const rates = await race({ db, folder, facts })
    await db.destroy()
    return judge(rates, facts)
  } finally {
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Rates {
  readonly log: number
  readonly copy: number
  readonly inserts: number
}

/** All three in turn, each block in the opposite order; the first warms up. */
async function race(parts: { db: Database; folder: string; facts: number }): Promise<Rates[]> {
  const measured: Rates[] = []
  for (let block = 0; block <= blocks; block += 1) {
    const few = Math.max(200, Math.round(parts.facts / 20))
    const log = async () => perSecond(parts.facts, () => throughLog(parts))
    const copy = async () => (parts.facts * 1000) / (await copyTakes(parts))
    const inserts = async () => perSecond(few, () => inserted(parts.db, few))
    const rates = { log: 0, copy: 0, inserts: 0 }
    const order = [
      async () => (rates.log = await log()),
      async () => (rates.copy = await copy()),
      async () => (rates.inserts = await inserts()),
    ]
    for (const work of block % 2 === 0 ? order : order.reverse()) await work()
    if (block > 0) measured.push(rates)
  }
  return measured
}

function judge(rates: readonly Rates[], facts: number): Finding {
  const toCopy = median(rates.map(({ log, copy }) => log / copy))
  const toInserts = median(rates.map(({ log, inserts }) => log / inserts))
  return {
    ok: toCopy >= 0.5 && toInserts >= 5,
    name: 'log',
    on: 'PostgreSQL',
    target: 'facts a second >= 0.5 x COPY and >= 5 x single INSERTs',
    facts,
    blocks,
    logPerSecond: Math.round(median(rates.map(({ log }) => log))),
    copyPerSecond: Math.round(median(rates.map(({ copy }) => copy))),
    insertsPerSecond: Math.round(median(rates.map(({ inserts }) => inserts))),
    toCopy: rounded(toCopy, 2),
    toInserts: rounded(toInserts, 2),
  }
}

async function perSecond(count: number, work: () => Promise<void>): Promise<number> {
  const begin = performance.now()
  await work()
  return (count * 1000) / (performance.now() - begin)
}

/** As the hotline writes: each fact to the journal and to memory, one writer to the database. */
async function throughLog({ db, folder, facts }: { db: Database; folder: string; facts: number }): Promise<void> {
  const { journal, left } = EventJournal.open({ folder: join(folder, 'journal'), logger })
  const log = new EventLog({ db, journal, left, clock: systemClock, logger, epoch: () => 0 })
  for (let n = 0; n < facts; n += 1) {
    log.append('call.announced', fact())
    // As much at once as a burst of events of the switch brings.
    if (n % 100 === 99) await new Promise((resolve) => setImmediate(resolve))
  }
  await log.flush(120_000)
  await log.close()
}

/** Milliseconds in which the server reads as many rows by its own fastest way, COPY from a file; writing the file is not counted. */
async function copyTakes({ db, folder, facts }: { db: Database; folder: string; facts: number }): Promise<number> {
  const path = join(folder, 'facts.tsv')
  // The same rows: what an index of ours costs, COPY pays too.
  const row = () => {
    const data = fact()
    return [newId(), 'call.announced', data.callId, new Date().toISOString(), JSON.stringify(data)].join('\t')
  }
  writeFileSync(path, `${Array.from({ length: facts }, row).join('\n')}\n`, { mode: 0o644 })
  const begin = performance.now()
  await sql.raw(`copy events (id, type, subject, time, data) from '${path}'`).execute(db)
  return performance.now() - begin
}

async function inserted(db: Database, facts: number): Promise<void> {
  for (let n = 0; n < facts; n += 1) {
    const data = fact()
    await sql`insert into events (id, type, subject, time, data)
      values (${newId()}, 'call.announced', ${data.callId}, now(), ${JSON.stringify(data)}::jsonb)`.execute(db)
  }
}
