import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EslClient } from '../contract/switch-esl-client.ts'
import { gaugeEnv, readGauge } from '../support/read-gauge.ts'
import { until } from '../support/until.ts'
import type { ChaosRoom } from './chaos-room.ts'
import { sippAgents, sippCallers } from './load.ts'
import type { Report } from './report.ts'
import type { Scenario } from './scenario.ts'

const gaugeFile = join(tmpdir(), `yihao-gauge-${process.pid}.json`)

/** What may be there more than after the warm-up: connections to the database open and close as they are needed. */
const mayGrow = { descriptors: 10, emitters: 60, timers: 10, heapMb: 15, residentMb: 30 } as const

export const soak: Scenario = {
  about: 'N calls (10,000), then descriptors, timers, listeners, channels and memory are as at the start',
  target:
    'descriptors and timers +10, emitters +60, memory +30 MB (heap +15) at most, no channel left, no recording failed; lost 0, twice 0',
  hotlineEnv: gaugeEnv(gaugeFile),
  async run(room, report, { short, count }) {
    const calls = count ?? (short ? 30 : 10_000)
    await sippAgents(room, 20, { talkMs: 300 })
    const warm = Math.min(500, Math.ceil(calls / 3))
    const load = { rate: 8, atOnce: 400, patienceMs: 30_000 }
    await sippCallers(room, report, { ...load, calls: warm })
    await isEmpty(room)
    const before = await gauge(room)
    const { failed } = await sippCallers(room, report, { ...load, calls: calls - warm })
    await isEmpty(room)
    report.expect(failed === 0, `${failed} calls did not go as planned`)
    await compare(room, report, before)
    const { recordingsFailed } = await room.balance()
    report.expect(recordingsFailed === 0, `${recordingsFailed} recordings failed`)
  },
}

type Held = Readonly<Record<(typeof figures)[number], number>>

/** Neither in the hotline nor in the switch. */
async function isEmpty(room: ChaosRoom): Promise<void> {
  await until(async () => (await room.admin.get<object[]>('/calls')).length === 0, 'no call is left', 30_000)
  const { ports, secrets } = room.stack
  const esl = await EslClient.login({ eslPort: ports.switchEsl, eslPassword: secrets.switchEsl })
  const channels = () => esl.api('show channels count')
  await until(async () => (await channels()).includes('\n0 total'), 'no channel is left', 30_000, 200)
  esl.close()
}

async function compare(room: ChaosRoom, report: Report, before: Held): Promise<void> {
  let after = await gauge(room)
  const grown = () => figures.filter((name) => after[name] - before[name] > mayGrow[name])
  const settled = async () => {
    after = await gauge(room)
    return grown().length === 0
  }
  // What is still there then is what the report tells.
  await until(settled, 'everything is as at the start', 60_000, 2000).catch(() => undefined)
  for (const name of figures) report.note(`${name}More`, after[name] - before[name])
  for (const name of grown()) report.expect(false, `${name}: ${before[name]} before, ${after[name]} after`)
}

const figures = ['descriptors', 'emitters', 'timers', 'heapMb', 'residentMb'] as const

async function gauge({ hotline }: ChaosRoom): Promise<Held> {
  const { emitters, timers, memory } = await readGauge(hotline.pid, gaugeFile)
  return {
    emitters,
    timers,
    heapMb: Math.round(memory.heapUsed / 1024 / 1024),
    residentMb: Math.round(memory.rss / 1024 / 1024),
    descriptors: readdirSync(`/proc/${hotline.pid}/fd`).length,
  }
}
