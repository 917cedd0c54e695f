import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import WebSocket from 'ws'
import { projectRoot } from '../../src/kernel/index.ts'
import { residentKb } from '../bench/load-watch.ts'
import { until } from '../support/until.ts'
import type { ChaosRoom } from './chaos-room.ts'
import { sippAgents, sippCallers } from './load.ts'
import type { Scenario } from './scenario.ts'

export const clockJump: Scenario = {
  about: "the hotline's clock is set an hour ahead, an hour back, and back again, under load",
  target: 'calls go on as if nothing had happened; lost 0, twice 0',
  hotlineEnv: () => ({ NODE_OPTIONS: `--import=${join(projectRoot(), 'dist/test/chaos/clock-step.js')}` }),
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
  target: 'the others hear of every call, memory grows by less than 50 MB; lost 0, twice 0',
  async run(room, report, { short }) {
    await sippAgents(room, 5, { talkMs: 500 })
    await sippCallers(room, report, { calls: 5, rate: 5 })
    const url = `ws://127.0.0.1:${room.stack.ports.http}/live?after=0&early=true`
    const stalled = new WebSocket(url, { headers: { authorization: `Bearer ${room.admin.token}` } })
    await new Promise((resolve, reject) => stalled.once('open', resolve).once('error', reject))
    stalled.pause()
    const before = residentKb(room.hotline.pid)
    const { failed } = await sippCallers(room, report, { calls: short ? 10 : 300, rate: 5 })
    const grownMb = Math.round((residentKb(room.hotline.pid) - before) / 1024)
    report.note('grownMb', grownMb)
    report.expect(grownMb < 50, `memory grew by ${grownMb} MB`)
    report.expect(failed === 0, `${failed} calls did not go as planned`)
    stalled.terminate()
  },
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
        const known = [...room.timeline.of('recording.stored'), ...room.timeline.of('recording.failed')]
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
    const shuffler = await room.shuffleEvents()
    await sippAgents(room, 4, { talkMs: 1000 })
    const { failed } = await sippCallers(room, report, { calls: short ? 10 : 100, rate: 2 })
    report.expect(failed === 0, `${failed} calls did not go as planned`)
    report.note('duplicated', shuffler.duplicated)
    report.note('reordered', shuffler.reordered)
    report.expect(shuffler.duplicated > 0 && shuffler.reordered > 0, 'nothing was shuffled')
    await room.unshuffle()
  },
}

export const soak: Scenario = {
  about: 'N calls (10,000), then file descriptors, channels and memory are as at the start',
  target: 'descriptors +10 at most, no channel left, memory +30 MB at most after a warm-up; lost 0, twice 0',
  async run(room, report, { short, count }) {
    const calls = count ?? (short ? 30 : 10_000)
    await sippAgents(room, 20, { talkMs: 300 })
    const warm = Math.min(500, Math.ceil(calls / 3))
    await sippCallers(room, report, { calls: warm, rate: 8 })
    const before = usage(room)
    const { failed } = await sippCallers(room, report, { calls: calls - warm, rate: 8, patienceMs: 30_000 })
    await until(async () => (await room.admin.get<object[]>('/calls')).length === 0, 'no call is left', 30_000)
    await until(() => usage(room).descriptors <= before.descriptors + 10, 'descriptors are closed', 20_000).catch(() =>
      report.expect(false, `${usage(room).descriptors - before.descriptors} descriptors are left open`),
    )
    const after = usage(room)
    report.note('descriptorsMore', after.descriptors - before.descriptors)
    report.note('memoryMoreMb', Math.round((after.kb - before.kb) / 1024))
    report.expect(short || after.kb - before.kb < 30 * 1024, 'memory has grown')
    report.expect(failed === 0, `${failed} calls did not go as planned`)
  },
}

function usage({ hotline }: ChaosRoom): { descriptors: number; kb: number } {
  return { descriptors: readdirSync(`/proc/${hotline.pid}/fd`).length, kb: residentKb(hotline.pid) }
}
