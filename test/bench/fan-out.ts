import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../scripts/launch/free-port.ts'
import { startPostgres } from '../../src/embedded/postgres.ts'
import { newSecret } from '../../src/kernel/index.ts'
import { until } from '../support/until.ts'
import { at, median } from './blocks.ts'
import { FeedListeners, openStalled } from './feed-listeners.ts'
import { FeedProcess, stalledAt, stalledPath } from './feed-process.ts'
import { type Finding, rounded } from './finding.ts'
import type { InstrumentOptions } from './instrument.ts'
import { cpuSeconds, LoadWatch } from './load-watch.ts'

const clients = 1000
const blocks = { burst: 6, stream: 10 } as const
/** Facts in the log before anybody listens: more bytes than the kernel's buffers hold for a client that reads nothing. */
const history = 30_000
/** A burst is told as fast as it can be, a stream at a pace that leaves the server time. */
const burst = 300
const stream = { facts: 60, everyMs: 50 }

/** A server under test and its 999 listeners who read; the thousandth is stalled. */
interface Side {
  readonly server: FeedProcess
  readonly listeners: FeedListeners
}

/** Facts to 1,000 WebSocket clients, one of them stalled, beside a bare loop of `ws` that sends the same bytes. */
export async function fanOutBench({ calls: facts = burst }: InstrumentOptions): Promise<Finding> {
  const folder = mkdtempSync(join(tmpdir(), 'yihao-bench-'))
  chmodSync(folder, 0o711)
  const postgres = await startPostgres({ folder, port: await freePort(), password: newSecret(), temporary: true })
  const sides: Side[] = []
  try {
    await postgres.createDatabase('bench')
    await postgres.createDatabase('twin')
    for (const databaseUrl of [postgres.url('bench'), postgres.url('twin'), undefined])
      sides.push(await sideOf(databaseUrl))
    const [ours, twin, bare] = sides
    if (!ours || !twin || !bare) throw new Error('no servers')
    return await race({ ours, twin, bare, facts })
  } finally {
    for (const { server, listeners } of sides) {
      listeners.close()
      server.stop()
    }
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function sideOf(databaseUrl: string | undefined): Promise<Side> {
  const server = await FeedProcess.start({ ...(databaseUrl !== undefined && { databaseUrl }) })
  if (databaseUrl !== undefined) await server.tell({ facts: history })
  return { server, listeners: await FeedListeners.open({ url: `${server.url}/live`, count: clients - 1 }) }
}

interface Burst {
  readonly perSecond: number
  /** Deliveries in a second of the server's CPU. */
  readonly perCpuSecond: number
}

/** Our server twice, to see both with and without a stalled client in the same seconds, and the bare one. */
interface Field {
  readonly ours: Side
  readonly twin: Side
  readonly bare: Side
  readonly facts: number
}

async function race({ ours, twin, bare, facts }: Field): Promise<Finding> {
  await inBurst(bare, facts)
  await inBurst(ours, facts)
  const watch = new LoadWatch()
  const bursts: { ours: Burst; bare: Burst }[] = []
  for (let block = 0; block < blocks.burst; block += 1) {
    const first = block % 2 === 0 ? await inBurst(ours, facts) : undefined
    const bareBurst = await inBurst(bare, facts)
    bursts.push({ ours: first ?? (await inBurst(ours, facts)), bare: bareBurst })
  }
  const p99s: { alone: number; beside: number }[] = []
  for (let block = 0; block < blocks.stream; block += 1) {
    const [one, other] = block % 2 === 0 ? [ours, twin] : [twin, ours]
    p99s.push(
      await withStalled(one, async () => {
        const [beside, alone] = await Promise.all([p99Of(one), afterHalfABeat().then(() => p99Of(other))])
        return { alone, beside }
      }),
    )
  }
  return judge({ facts, bursts, p99s, verdict: watch.verdict })
}

function afterHalfABeat(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, stream.everyMs / 2))
}

function judge({
  facts,
  bursts,
  p99s,
  verdict,
}: {
  facts: number
  bursts: readonly { ours: Burst; bare: Burst }[]
  p99s: readonly { alone: number; beside: number }[]
  verdict: LoadWatch['verdict']
}): Finding {
  const toBare = median(bursts.map(({ ours, bare }) => ours.perSecond / bare.perSecond))
  const moved = median(p99s.map(({ alone, beside }) => beside / alone))
  return {
    ok: toBare >= 0.7 && moved <= 1.2 && !verdict.void,
    name: 'fan-out',
    on: 'WebSockets and PostgreSQL',
    target: "deliveries a second >= 0.7 of a bare ws loop; a stalled client moves the others' p99 by <= 20 %",
    clients,
    blocks: blocks.burst,
    blocksOfStream: blocks.stream,
    factsInABurst: facts,
    perSecond: Math.round(median(bursts.map(({ ours }) => ours.perSecond))),
    barePerSecond: Math.round(median(bursts.map(({ bare }) => bare.perSecond))),
    toBare: rounded(toBare, 2),
    toBareByCpu: rounded(median(bursts.map(({ ours, bare }) => ours.perCpuSecond / bare.perCpuSecond)), 2),
    p99Ms: rounded(median(p99s.map(({ alone }) => alone))),
    p99BesideStalledMs: rounded(median(p99s.map(({ beside }) => beside))),
    p99Moved: rounded(moved, 2),
    ...verdict,
  }
}

/** One burst, with a client among the thousand that reads nothing. */
function inBurst(side: Side, facts: number): Promise<Burst> {
  return withStalled(side, async () => {
    const cpuBefore = cpuSeconds(side.server.pid)
    const { begun, ended } = await told(side, { facts, everyMs: 0 })
    const deliveries = facts * (clients - 1)
    const cpu = cpuSeconds(side.server.pid) - cpuBefore
    return { perSecond: (deliveries * 1000) / (ended - begun), perCpuSecond: deliveries / cpu }
  })
}

/** From the append of a fact to its arrival, 99 of 100 arrivals. */
async function p99Of(side: Side): Promise<number> {
  const { times } = await told(side, stream)
  const delays = side.listeners.arrivals.flatMap((arrivals, n) => arrivals.map((at) => at - (times[n] ?? Number.NaN)))
  return at(delays, 0.99)
}

async function told({ server, listeners }: Side, how: { facts: number; everyMs: number }) {
  const arrived = listeners.expect(how.facts)
  const times = await server.tell(how)
  return { times, begun: times[0] ?? Number.NaN, ended: await arrived }
}

async function withStalled<T>({ server }: Side, measure: () => Promise<T>): Promise<T> {
  const stalled = await openStalled(`${server.url}${stalledPath}`)
  try {
    await until(async () => {
      stalled.acknowledge()
      return (await server.buffered()) >= stalledAt
    }, 'the client is stalled')
    return await measure()
  } finally {
    stalled.close()
    await until(async () => (await server.buffered()) === 0, 'the stalled client is gone')
  }
}
