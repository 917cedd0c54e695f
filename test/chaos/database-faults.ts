import type { Call } from '../../src/embedded/softphone/index.ts'
import { at } from '../bench/blocks.ts'
import { rounded } from '../bench/finding.ts'
import { until } from '../support/until.ts'
import type { ChaosRoom } from './chaos-room.ts'
import type { Ledger } from './ledger.ts'
import { sippAgents, sippCallers } from './load.ts'
import type { Report } from './report.ts'
import type { Scenario } from './scenario.ts'

/** What is done to the database while calls go on. */
interface DatabaseFault {
  readonly about: string
  readonly awayMs: (short: boolean) => number
  /** Before there is any load. */
  readonly prepare: (room: ChaosRoom) => Promise<{ begin(): Promise<void>; end(): Promise<void> }>
}

/** Calls go on while the database is away, and everything is written when it is back. */
function databaseFault({ about, awayMs, prepare }: DatabaseFault): Scenario {
  return {
    about,
    target: 'every call is answered meanwhile; every fact in the log once; every recording stored; lost 0, twice 0',
    async run(room, report, { short }) {
      const fault = await prepare(room)
      const before = await room.ledger()
      await sippAgents(room, 4, { talkMs: 1000 })
      const forMs = awayMs(short)
      const calls = short ? 6 : Math.max(20, forMs / 1000)
      const load = sippCallers(room, report, { calls, rate: 2 })
      await until(() => room.timeline.of('call.answered').length > 0, 'the first call is answered')
      await fault.begin()
      await new Promise((resolve) => setTimeout(resolve, forMs))
      report.expect(await room.serves(), 'the hotline says that it is not ready')
      await fault.end()
      const { failed } = await load
      report.expect(failed === 0, `${failed} calls did not go as planned while the database was away`)
      await until(() => isAllStored(room, before), 'every recording is stored', 90_000, 500)
    },
  }
}

/** Each call answered since is in the log, and its recording is stored. */
async function isAllStored(room: ChaosRoom, before: Ledger): Promise<boolean> {
  const { answered, released, offered, recordings } = await room.ledger()
  return offered === released && recordings - before.recordings === answered - before.answered
}

function crash({ postgres }: ChaosRoom) {
  return Promise.resolve({ begin: () => postgres.crash(), end: () => postgres.start() })
}

export const restartDatabase = databaseFault({
  about: 'PostgreSQL is killed and started again under load',
  awayMs: () => 0,
  prepare: crash,
})

export const databaseGone = databaseFault({
  about: 'PostgreSQL is gone for 60 s under load',
  awayMs: (short) => (short ? 3000 : 60_000),
  prepare: crash,
})

export const databaseFailover = databaseFault({
  about: 'PostgreSQL is killed under load, its synchronous replica is promoted and gets its address',
  awayMs: (short) => (short ? 2000 : 10_000),
  async prepare({ postgres, wires }) {
    const replica = await postgres.replicate()
    return {
      begin: () => postgres.crash(),
      async end() {
        await replica.promote()
        wires.databaseAddress.leadTo(replica.port)
      },
    }
  },
})

export const replicaGone = databaseFault({
  about: 'the synchronous replica of PostgreSQL is killed under load, so that no commit ends, and comes back',
  awayMs: (short) => (short ? 3000 : 30_000),
  async prepare({ postgres }) {
    const replica = await postgres.replicate()
    return { begin: () => replica.crash(), end: () => replica.start() }
  },
})

export const slowDatabase: Scenario = {
  about: 'every byte from and to PostgreSQL takes 2 s',
  target: 'p95 of the next offer within 10 % (and 5 ms) of what it was; lost 0, twice 0',
  async run(room, report, { short, count }) {
    const calls = count ?? (short ? 4 : 40)
    const agent = await room.agent('8021', { onCall: { kind: 'answer', afterMs: 20 }, queue: 'tax' })
    await sippAgents(room, 2)
    const load = sippCallers(room, report, { calls: short ? 4 : 20, rate: 1 })
    const before = await offers(room, agent, calls)
    room.wires.database.slow(1000)
    const during = await offers(room, agent, calls)
    room.wires.database.mend()
    await load
    judge(report, before, during)
  },
}

function judge(report: Report, before: readonly number[], during: readonly number[]): void {
  report.note('p50BeforeMs', rounded(at(before, 0.5)))
  report.note('p95BeforeMs', rounded(at(before, 0.95)))
  report.note('p50SlowMs', rounded(at(during, 0.5)))
  report.limit('p95SlowMs', at(during, 0.95), at(before, 0.95) * 1.1 + 5)
}

/** Milliseconds from each BYE of the agent to the next INVITE at that phone, with callers waiting. */
async function offers(
  room: ChaosRoom,
  agent: Awaited<ReturnType<ChaosRoom['agent']>>,
  calls: number,
): Promise<number[]> {
  const delays: number[] = []
  const wait = () => queueUp(room)
  for (let n = 0; n < 3; n += 1) await wait()
  let talking = await agent.nextCall()
  for (let n = 0; n < calls; n += 1) {
    await wait()
    await talks(talking)
    const byeAt = Date.now()
    const [next] = await Promise.all([agent.nextCall(), talking.hangUp()])
    delays.push((next.ringingAt ?? Number.NaN) - byeAt)
    talking = next
  }
  // The room is empty again for the next measurement.
  for (let left = 0; left < 2; left += 1) {
    await talks(talking)
    const next = agent.nextCall()
    await talking.hangUp()
    talking = await next
  }
  await talks(talking)
  await talking.hangUp()
  await until(() => room.isAgent(agent.user, 'ready'), 'nobody waits any more')
  return delays
}

/** An agent who hangs up before the bridge stands has not talked: the caller waits on, and is the next one again. */
async function talks(call: Call): Promise<void> {
  await call.answered
  await new Promise((resolve) => setTimeout(resolve, 250))
}

/** A caller in the queue, without waiting for the log, which may be slow. */
async function queueUp(room: ChaosRoom): Promise<void> {
  const call = await room.citizen().call('12345')
  const answered = await call.answered
  if (answered.kind !== 'answered') throw new Error('12345 did not answer')
  room.accepted(1)
  await call.sendDtmf('111', { via: 'info' })
}

export const ticketsDown: Scenario = {
  about: 'the ticket service is killed, and away for 60 s while calls go on',
  target: 'every call is answered, every answered call has one ticket afterwards; lost 0, twice 0',
  async run(room, report, { short }) {
    await sippAgents(room, 4, { talkMs: 1000 })
    await room.stack.child('tickets').kill('SIGKILL')
    const began = Date.now()
    const { failed } = await sippCallers(room, report, { calls: short ? 8 : 100, rate: 2 })
    report.expect(failed === 0, `${failed} calls did not go as planned while the ticket service was away`)
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, (short ? 0 : 60_000) - (Date.now() - began))))
    await room.stack.restart('tickets')
  },
}
