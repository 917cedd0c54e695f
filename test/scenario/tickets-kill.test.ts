import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HotlineClient } from '../../scripts/client/hotline-client.ts'
import { freePort } from '../../scripts/launch/free-port.ts'
import { freePorts } from '../../scripts/launch/free-ports.ts'
import { type Stack, startStack } from '../../scripts/launch/stack.ts'
import { openDatabase } from '../../src/db/index.ts'
import { type RunningPostgres, startPostgres } from '../../src/embedded/postgres.ts'
import { newSecret } from '../../src/kernel/index.ts'
import { type TicketTables, ticketSchema } from '../../src/tickets/ticket-database.ts'
import { variants } from '../support/centre.ts'
import { silent } from '../support/database.ts'
import { RoomPhones } from '../support/room-phones.ts'
import { until } from '../support/until.ts'

/** The full run of issue and release is 300 calls and 20 kills: YIHAO_KILL_CALLS=300 YIHAO_KILLS=20. */
const calls = Number(process.env['YIHAO_KILL_CALLS'] ?? 12)
const kills = Number(process.env['YIHAO_KILLS'] ?? 3)
/** Of few calls, those that hit a kill may be most; of many they are not. */
const fewestAnswered = Math.max(1, Math.floor(calls / 3) - 3)
const agents = ['8001', '8002', '8003', '8004']
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe.each(variants())('$name: while hotline, ticket service and PostgreSQL are killed', (variant) => {
  let folder: string
  let postgres: RunningPostgres
  let postgresPort: number
  let password: string
  let stack: Stack
  let phones: RoomPhones
  let admin: HotlineClient
  let over = false
  const killed: string[] = []

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'yihao-kill-'))
    chmodSync(folder, 0o711)
    password = newSecret()
    postgresPort = await freePort()
    postgres = await startPostgres({ folder: join(folder, 'postgres'), port: postgresPort, password })
    await postgres.createDatabase('yihao')
    stack = await startStack({
      stateDir: join(folder, 'state'),
      ports: await freePorts(),
      sipServer: variant.sipServer,
      mediaSwitch: variant.mediaSwitch,
      databaseUrl: postgres.url('yihao'),
      env: { CITY: 'default', DRAIN_SECONDS: '1' },
      tickets: {},
      keepAlive: true,
    })
    const url = `http://127.0.0.1:${stack.ports.http}`
    admin = await HotlineClient.login(url, { username: 'admin', password: stack.adminPassword ?? '' })
    phones = await RoomPhones.start()
    for (const agentId of agents) await anAgent(agentId)
  })

  afterAll(async () => {
    over = true
    await phones?.close()
    await stack?.stop()
    await postgres?.stop()
    if (process.env['YIHAO_KEEP']) console.log(`logs: ${folder}`)
    else rmSync(folder, { recursive: true, force: true })
  })

  async function anAgent(agentId: string): Promise<void> {
    await admin.createAgent({ agentId, name: agentId, wrapUpSeconds: 0, phonePassword: `phone-of-${agentId}` })
    const phone = aPhone(agentId, `phone-of-${agentId}`)
    await phone.register({ expires: 3600 })
    await admin.makeReady(agentId)
  }

  const aPhone = (user: string, secret = '') =>
    phones.phone({ user, password: secret, port: stack.ports.sip, onCall: { kind: 'answer', afterMs: 50 } })

  /** Agents whose call broke off say that they are ready again; a hotline that is away is asked later. */
  async function keepAgentsReady(): Promise<void> {
    while (!over) {
      for (const agentId of agents) await admin.post(`/agents/${agentId}/ready`).catch(() => undefined)
      await pause(700)
    }
  }

  /** A citizen who presses 0 and stays for some seconds, whatever happens to the hotline meanwhile. */
  async function callOnce(n: number): Promise<void> {
    const phone = aPhone(`139${String(n).padStart(8, '0')}`)
    const call = await phone.call('12345')
    const answered = await Promise.race([call.answered, pause(15_000)])
    if (answered) {
      await call.sendDtmf('0', { via: 'rfc4733' }).catch(() => undefined)
      await pause(2500 + Math.random() * 1500)
    }
    await call.hangUp()
    await phones.end([phone])
  }

  async function killSomething(): Promise<void> {
    const victim = (['hotline', 'tickets', 'postgres'] as const)[Math.floor(Math.random() * 3)] ?? 'postgres'
    killed.push(victim)
    if (victim !== 'postgres') return stack.child(victim).kill('SIGKILL')
    const pid = Number(readFileSync(join(folder, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0])
    process.kill(pid, 'SIGKILL')
    await pause(500)
    await restartPostgres()
  }

  /** The server's children may hold its memory a moment longer than their parent lived. */
  async function restartPostgres(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        postgres = await startPostgres({ folder: join(folder, 'postgres'), port: postgresPort, password })
        return
      } catch (error) {
        if (attempt === 20) throw error
        await pause(500)
      }
    }
  }

  test(
    'every answered call has its ticket, and none has two',
    async () => {
      const ready = keepAgentsReady()
      let placed = 0
      const caller = async () => {
        while (placed < calls) {
          placed += 1
          await callOnce(placed)
        }
      }
      const killer = async () => {
        // Spread over the calls, and not all of them while the first are on the line.
        for (let n = 1; n <= kills; n += 1) {
          await until(() => placed >= (n * calls) / (kills + 1), 'so many calls are placed', 120_000)
          await pause(Math.random() * 2000)
          await killSomething()
        }
      }
      await Promise.all([killer(), ...Array.from({ length: 4 }, caller)])
      over = true
      await ready

      const db = openDatabase<TicketTables>({
        url: postgres.url('yihao'),
        logger: silent,
        schema: ticketSchema,
        connections: 2,
      })
      const balance = async () => {
        const { rows } = await sql<{ answered: number; tickets: number; lost: number; twice: number; open: number }>`
          with answered as (select distinct data ->> 'callId' as call_id from public.events where type in ('call.answered', 'call.branch-answered'))
          select (select count(*)::int from answered) as answered, count(*)::int as tickets,
            (select count(*)::int from answered where call_id not in (select call_id::text from tickets where call_id is not null)) as lost,
            (count(*) - count(distinct call_id))::int as twice,
            (select count(*)::int from public.call_records where released_at is null) as open
          from tickets where channel = 'phone'`.execute(db)
        return rows[0]
      }
      const stands = () => balance().catch(() => undefined)
      await until(async () => (await stands())?.open === 0, 'every call is over and on record', 90_000)
      await until(async () => (await stands())?.lost === 0, 'every answered call has its ticket', 60_000)
      const result = await balance()
      await db.destroy()

      console.log(JSON.stringify({ on: variant.name, calls, kills: killed, ...result }))
      expect(result).toMatchObject({ lost: 0, twice: 0, tickets: result?.answered })
      expect(result?.answered).toBeGreaterThanOrEqual(fewestAnswered)
    },
    120_000 + calls * 5000 + kills * 10_000,
  )
})
