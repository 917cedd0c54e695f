import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Child } from '../../scripts/launch/child.ts'
import { accepts, freePort } from '../../scripts/launch/free-port.ts'
import { newSecret, projectRoot } from '../../src/kernel/index.ts'
import { type Sipp, startSipp } from '../support/sipp.ts'
import { at } from './blocks.ts'
import { type Finding, rounded } from './finding.ts'
import type { InstrumentOptions } from './instrument.ts'
import { LoadWatch } from './load-watch.ts'
import { PacketCapture, packetsOf } from './packet-capture.ts'
import { numbers, writeMusicConfig } from './peer-switch.ts'
import { mostAtOnce, type RtpStream, streamsOf } from './rtp-streams.ts'

/** Calls a second, and milliseconds of each: a little more than 100 at a time, each with a stream both ways. */
const rate = 30
const callLasts = 3600
const targets = { streams: 200, lateMs: 10 } as const
/** Of an RTP packet over UDP, IPv4 and Ethernet, as much as its header. */
const headerBytes = 54

/**
 * The stand-in switch, a process of its own with nobody to drive it: SIPp calls a number whose dialplan answers and plays music,
 * and sends back what it hears. Pace and jitter are from a capture of what the switch sends. `--calls` is the number of
 * seconds.
 */
export async function softswitchBench({ calls: seconds = 20, short }: InstrumentOptions): Promise<Finding> {
  const folder = mkdtempSync(join(tmpdir(), 'yihao-softswitch-'))
  const sipPort = await freePort()
  const softswitch = await startSoftswitch(folder, sipPort)
  try {
    const mediaPort = await freePort({ span: 4 })
    const capture = await PacketCapture.start({ port: mediaPort, bytes: headerBytes })
    const calls = rate * (short ? 5 : seconds)
    const callers = await callIn({ sipPort, mediaPort, calls })
    const watch = new LoadWatch([callers.pid])
    let verdict = watch.verdict
    const looks = setInterval(() => {
      verdict = watch.verdict
    }, 250)
    const { successful } = await callers.finished.finally(() => clearInterval(looks))
    const packets = [...packetsOf(await capture.stop())]
    const sentBack = packets.filter(({ fromPort }) => fromPort === mediaPort).length / (packets.length / 2)
    return findingOf({ calls, successful, sentBack, streams: streamsOf(packets, { port: mediaPort }), verdict })
  } finally {
    await softswitch.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function startSoftswitch(folder: string, sipPort: number): Promise<Child> {
  const eslPort = await freePort()
  return Child.start({
    name: 'switch',
    command: process.execPath,
    args: [join(projectRoot(), 'dist/src/embedded/softswitch/main.js')],
    env: {
      SWITCH_SIP_HOST: '127.0.0.1',
      SWITCH_SIP_PORT: String(sipPort),
      SWITCH_ESL_HOST: '127.0.0.1',
      SWITCH_ESL_PORT: String(eslPort),
      SWITCH_ESL_PASSWORD: newSecret(),
      SWITCH_DIALPLAN_DIR: writeMusicConfig(folder),
    },
    logDir: folder,
    ready: () => accepts('127.0.0.1', eslPort),
  })
}

function callIn(where: { sipPort: number; mediaPort: number; calls: number }): Promise<Sipp> {
  const { sipPort, mediaPort, calls } = where
  return startSipp({
    scenario: 'uac',
    target: { host: '127.0.0.1', port: sipPort },
    service: numbers.bare,
    calls,
    rate,
    pauseMs: callLasts,
    timeoutMs: (calls / rate) * 1000 + 60_000,
    args: ['-mp', String(mediaPort), '-rtp_echo'],
  })
}

function findingOf({
  calls,
  successful,
  sentBack,
  streams,
  verdict,
}: {
  calls: number
  successful: number
  /** Of what the switch sent, the share that came back to it. */
  sentBack: number
  streams: readonly RtpStream[]
  verdict: LoadWatch['verdict']
}): Finding {
  const late = streams.map(({ worstLateMs }) => worstLateMs)
  const bothWays = sentBack > 0.95 ? 2 * mostAtOnce(streams) : mostAtOnce(streams)
  const worstLateMs = rounded(Math.max(...late))
  return {
    ok: successful === calls && bothWays >= targets.streams && worstLateMs < targets.lateMs && !verdict.void,
    name: 'softswitch',
    on: 'embedded',
    target: `${rate} calls a second, none failed, ${targets.streams} streams at once, no packet ${targets.lateMs} ms late`,
    calls,
    failed: calls - successful,
    streamsAtOnce: bothWays,
    sentBack: rounded(sentBack, 2),
    worstLateMs,
    lateP99Ms: rounded(at(late, 0.99)),
    jitterP95Ms: rounded(
      at(
        streams.map(({ jitterMs }) => jitterMs),
        0.95,
      ),
      2,
    ),
    ...verdict,
  }
}
