import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { freePort } from '../../scripts/launch/free-port.ts'
import { freePorts } from '../../scripts/launch/free-ports.ts'
import { type Stack, startStack } from '../../scripts/launch/stack.ts'
import { migrateToLatest, openDatabase } from '../../src/db/index.ts'
import { startPostgres } from '../../src/embedded/postgres.ts'
import { createLogger, newSecret, projectRoot } from '../../src/kernel/index.ts'
import { gaugeEnv, readGauge } from '../support/read-gauge.ts'
import { until } from '../support/until.ts'
import { cpuSeconds } from './load-watch.ts'
import { PaperSwitch } from './paper-switch.ts'

const logger = createLogger({ name: 'bench', level: 'silent' })
/** A slow machine opens thousands of calls in minutes. */
const withinMs = 180_000

/** The hotline process at a switch without media, with agents who are ready from the start. */
export interface PaperCentre {
  readonly paper: PaperSwitch
  /** Where its pages and its API are, and who may see them. */
  readonly url: string
  readonly adminPassword: string
  /** Bytes of the hotline that somebody needs, when the log has nothing left to write. */
  needed(): Promise<number>
  /** Seconds of processor time the hotline has used. */
  used(): number
}

/** Starts it, measures and cleans up. */
export async function inPaperCentre<T>(agents: number, measure: (centre: PaperCentre) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'yihao-bench-'))
  chmodSync(folder, 0o711)
  const paper = await PaperSwitch.start()
  const postgres = await startPostgres({ folder, port: await freePort(), password: newSecret(), temporary: true })
  let stack: Stack | undefined
  try {
    await postgres.createDatabase('yihao')
    const databaseUrl = postgres.url('yihao')
    await seedAgents(databaseUrl, agents)
    const report = join(folder, 'memory.json')
    stack = await startStack({
      stateDir: join(folder, 'state'),
      ports: await freePorts(),
      sipServer: 'embedded',
      mediaSwitch: 'external',
      databaseUrl,
      env: { DRAIN_SECONDS: '0', SWITCHES_SIP: '127.0.0.1:9' },
      hotlineEnv: {
        SWITCHES: paper.address,
        SWITCH_ESL_PASSWORD: paper.password,
        ...gaugeEnv(report),
      },
    })
    const { http } = stack.ports
    const { pid } = stack.child('hotline')
    return await measure({
      paper,
      url: `http://127.0.0.1:${http}`,
      adminPassword: stack.adminPassword ?? '',
      needed: () => bytesNeeded({ http, pid, report }),
      used: () => cpuSeconds(pid),
    })
  } finally {
    await stack?.stop()
    await paper.close()
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function bytesNeeded({ http, pid, report }: { http: number; pid: number; report: string }): Promise<number> {
  const written = async () => {
    const answer = await fetch(`http://127.0.0.1:${http}/readyz`)
    return ((await answer.json()) as { eventBacklog: number }).eventBacklog === 0
  }
  await until(written, 'the log is written', withinMs)
  const { memory } = await readGauge(pid, report)
  return memory.heapUsed + memory.external
}

/** As if they had logged in at phones of theirs and the hotline were started anew. */
async function seedAgents(databaseUrl: string, count: number): Promise<void> {
  const db = openDatabase({ url: databaseUrl, logger, connections: 1 })
  await migrateToLatest({ db, folder: join(projectRoot(), 'migrations'), logger })
  await sql`insert into agents (agent_id, name, wrap_up_seconds)
    select 'a' || n, 'Agent ' || n, 0 from generate_series(1, ${count}::int) n`.execute(db)
  await sql`insert into agent_records (agent_id, status, state, extension, changed_at)
    select 'a' || n, 'available', 'ready', 'a' || n, now() from generate_series(1, ${count}::int) n`.execute(db)
  await db.destroy()
}

/** Opens calls until there are so many, all of them where `there` says. Those under way are few, as at a real switch. */
export async function openCalls(
  paper: PaperSwitch,
  legIds: string[],
  { count, there }: { count: number; there: (legId: string) => boolean },
): Promise<void> {
  const atOnce = 25
  while (legIds.length < count) {
    const fresh = Array.from({ length: Math.min(atOnce, count - legIds.length) }, (_, n) =>
      paper.offer(String(13_000_000_000 + legIds.length + n)),
    )
    await until(() => fresh.every((legId) => paper.hears(legId)), 'the menu is read', withinMs)
    for (const legId of fresh) paper.press(legId, '0')
    await until(() => fresh.every(there), 'the calls are where they belong', withinMs)
    legIds.push(...fresh)
  }
}

/** Calls that end in the menu and calls that end where they belong: afterwards code is compiled, and what the process keeps of the past is full. */
export async function warmUp(
  { paper, needed }: PaperCentre,
  { inMenu, further, there }: { inMenu: number; further: number; there: (legId: string) => boolean },
): Promise<void> {
  for (let done = 0; done < inMenu; done += 50) {
    const fresh = Array.from({ length: 50 }, (_, n) => paper.offer(String(15_000_000_000 + done + n)))
    await until(() => fresh.every((legId) => paper.hears(legId)), 'the menu is read', withinMs)
    for (const legId of fresh) paper.hangUp(legId)
  }
  const legIds: string[] = []
  await openCalls(paper, legIds, { count: further, there })
  for (const legId of legIds) paper.hangUp(legId)
  await until(() => paper.legs === 0, 'all have hung up', withinMs)
  await needed()
}
