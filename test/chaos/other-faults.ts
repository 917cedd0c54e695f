import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import WebSocket from 'ws'
import { projectRoot } from '../../src/kernel/index.ts'
import { gaugeEnv, readGauge } from '../support/read-gauge.ts'
import { until } from '../support/until.ts'
import type { ChaosRoom } from './chaos-room.ts'
import { startEventShuffler } from './event-shuffler.ts'
import { sippAgents, sippCallers } from './load.ts'
import type { Scenario } from './scenario.ts'

const gaugeFile = join(tmpdir(), `yihao-stalled-${process.pid}.json`)

export const clockJump: Scenario = {
  about: "the hotline's clock is set an hour ahead, an hour back, and back again, under load",
  target: 'calls go on as if nothing had happened; lost 0, twice 0',
  hotlineEnv: { NODE_OPTIONS: `--import=${join(projectRoot(), 'dist/test/chaos/clock-step.js')}` },
  async run(room, report, { short }) {
    await sippAgents(room, 4, { talkMs: 1000 })
    const load = sippCallers(room, report, { calls: short ? 8 : 40, rate: 2 })
    for (let step = 0; step < 4; step += 1) {
      const answered = room.timeline.of('call.answered').length
      await until(() => room.timeline.of('call.answered').length > answered, 'calls are answered', 20_000)
      process.kill(room.hotline.pid, 'SIGUSR2')
      if (short && step === 1) break
    }
    const { failed } = await load
    report.expect(failed === 0, `${failed} calls did not go as planned`)
  },
}

export const stalledClient: Scenario = {
  about: 'a WebSocket client that reads nothing, while calls go on',
  target: 'the others hear of every call, what the hotline holds grows by less than 50 MB; lost 0, twice 0',
  hotlineEnv: gaugeEnv(gaugeFile),
  async run(room, report, { short }) {
    await sippAgents(room, 5, { talkMs: 500 })
    await sippCallers(room, report, { calls: short ? 5 : 60, rate: 5 })
    const url = `ws://127.0.0.1:${room.stack.ports.http}/live?after=0&early=true`
    const stalled = new WebSocket(url, { headers: { authorization: `Bearer ${room.admin.token}` } })
    await new Promise((resolve, reject) => stalled.once('open', resolve).once('error', reject))
    stalled.pause()
    const before = await heldMb(room)
    const { failed } = await sippCallers(room, report, { calls: short ? 10 : 300, rate: 5 })
    const grownMb = (await heldMb(room)) - before
    report.note('grownMb', grownMb)
    report.expect(grownMb < 50, `memory grew by ${grownMb} MB`)
    report.expect(failed === 0, `${failed} calls did not go as planned`)
    stalled.terminate()
  },
}

/** Heap and buffers of the hotline, after a collection. */
async function heldMb({ hotline }: ChaosRoom): Promise<number> {
  const { memory } = await readGauge(hotline.pid, gaugeFile)
  return Math.round((memory.heapUsed + memory.external) / 1024 / 1024)
}

export const diskFull: Scenario = {
  about: 'the disk of the recordings is full while calls are recorded, and has room again',
  target: 'no call suffers; each recording is kept in the end, or said to have failed; lost 0, twice 0',
  async run(room, report, { short }) {
    await sippAgents(room, 4, { talkMs: 1500 })
    await withSmallDisk(room.soundsDir, async (fill, free) => {
      await sippCallers(room, report, { calls: 3, rate: 3 })
      fill()
      const { failed } = await sippCallers(room, report, { calls: short ? 6 : 20, rate: 2 })
      report.expect(failed === 0, `${failed} calls suffered`)
      free()
      await sippCallers(room, report, { calls: 3, rate: 3 })
      const kept = () => {
        const known = (['recording.stored', 'recording.failed', 'recording.omitted'] as const).flatMap((type) =>
          room.timeline.of(type),
        )
        return new Set(known.map(({ data }) => data.callId)).size
      }
      const answered = () => room.timeline.of('call.answered').length
      await until(() => kept() >= answered(), 'every recording is kept or said to have failed', 90_000).catch(() =>
        report.expect(false, `${answered() - kept()} recordings are neither kept nor said to have failed`),
      )
      report.note('recordingsFailed', room.timeline.of('recording.failed').length)
    })
  },
}

/** A file system of its own in place of the folder; what was there comes back afterwards. Needs the right to mount. */
async function withSmallDisk(
  folder: string,
  use: (fill: () => void, free: () => void) => Promise<void>,
): Promise<void> {
  mkdirSync(folder, { recursive: true })
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m,mode=700', 'none', folder])
  const ballast = join(folder, 'ballast')
  const fill = () => {
    try {
      writeFileSync(ballast, Buffer.alloc(8 * 1024 * 1024))
    } catch {
      // The disk is full: as wanted.
    }
  }
  try {
    await use(fill, () => rmSync(ballast, { force: true }))
  } finally {
    execFileSync('cp', ['-r', `${folder}/.`, `${folder}.kept`])
    execFileSync('umount', [folder])
    execFileSync('cp', ['-r', `${folder}.kept/.`, folder])
  }
}

export const eventsShuffled: Scenario = {
  about: "the switch's events come twice and in another order",
  target: 'every call goes as planned; lost 0, twice 0',
  async run(room, report, { short }) {
    const { switchEsl } = room.stack.ports
    const shuffler = await startEventShuffler({ targetPort: switchEsl })
    await room.reconnectTo(shuffler.port)
    await sippAgents(room, 4, { talkMs: 1000 })
    const { failed } = await sippCallers(room, report, { calls: short ? 10 : 100, rate: 2 })
    report.expect(failed === 0, `${failed} calls did not go as planned`)
    report.note('duplicated', shuffler.duplicated)
    report.note('reordered', shuffler.reordered)
    report.expect(shuffler.duplicated > 0 && shuffler.reordered > 0, 'nothing was shuffled')
    await room.reconnectTo(switchEsl)
    await shuffler.close()
  },
}
