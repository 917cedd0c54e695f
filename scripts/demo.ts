import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSoftphones, type Softphones } from '../src/embedded/softphone/index.ts'
import { createLogger, messageOf, projectRoot, readArguments } from '../src/kernel/index.ts'
import { HotlineClient } from './client/hotline-client.ts'
import type { TimelineEvent } from './client/timeline.ts'
import { freePorts } from './launch/free-ports.ts'
import { type Stack, startStack } from './launch/stack.ts'
import { stopSignal, untilAborted } from './launch/stop-signal.ts'

import { comeBackFromBusyBranch, talkWithBranch } from './scenes/branches.ts'
import { abandon, nextAgentAnswers, talk } from './scenes/main-path.ts'
import { insist, type Room } from './scenes/room.ts'
import { followTicket } from './scenes/ticket.ts'
import { leaveMessage } from './scenes/voicemail.ts'

const help = `Usage: scripts/demo [--freeswitch] [--drachtio] [--keep]

Starts the whole hotline on free ports and places real calls with SIP phones of its own: one through the menu to an
agent with audio checked both ways, one that an agent lets ring so that the next answers, one that is abandoned, a three-way
call with the branch 12366, one that comes back from the busy branch 12333, and a message after hours.
The last line is one JSON object; exit status 1 and "ok":false when anything failed.

  --freeswitch   use the FreeSWITCH of this machine instead of the embedded softswitch
  --drachtio     use the drachtio-server of this machine instead of the embedded SIP server
  --keep         keep data and logs, and say where`

const { values: flags } = readArguments({
  options: {
    freeswitch: { type: 'boolean', default: false },
    drachtio: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const limitMs = 170_000

interface Outcome {
  answeredWithinSeconds: number
  audioBothWays: boolean
  threeWay: boolean
  branchBusyReturned: boolean
  voicemail: boolean
  ticketArchived: boolean
  urgingNotices: number
  events: number
  calls: number
}

if (flags.help) console.log(help)
else process.exit(await run())

async function run(): Promise<number> {
  const stateDir = mkdtempSync(join(tmpdir(), 'yihao-demo-'))
  const signal = AbortSignal.any([stopSignal(), limit()])
  let stack: Stack | undefined
  try {
    const phones = await createSoftphones({ logger: createLogger({ name: 'demo', level: 'error' }) })
    stack = await start(stateDir, phones, signal)
    const stopped = untilAborted(signal).then(() => Promise.reject(signal.reason))
    const outcome = await Promise.race([play(stack, phones), stopped])
    await stack.stop()
    cleanUp(stateDir)
    console.log(JSON.stringify({ ok: true, ...outcome }))
    return 0
  } catch (error) {
    await stack?.stop()
    console.log(JSON.stringify({ ok: false, reason: messageOf(error), logs: stateDir }))
    return 1
  }
}

/** Aborted when the demo is not over in time. */
function limit(): AbortSignal {
  const late = new AbortController()
  setTimeout(() => late.abort(new Error(`not finished within ${limitMs / 1000} s`)), limitMs).unref()
  return late.signal
}

function cleanUp(stateDir: string): void {
  if (flags.keep) console.log(`data and logs: ${stateDir}`)
  else rmSync(stateDir, { recursive: true, force: true })
}

async function start(stateDir: string, phones: Softphones, signal: AbortSignal): Promise<Stack> {
  return startStack({
    stateDir,
    ports: await freePorts(),
    sipServer: flags.drachtio ? 'drachtio' : 'embedded',
    mediaSwitch: flags.freeswitch ? 'freeswitch' : 'embedded',
    temporary: true,
    // A day of the tickets is a second of ours.
    tickets: { TICKET_CLOCK: `86400@${Date.now()}` },
    env: { DRAIN_SECONDS: '2', CITY: cityWithBranches(stateDir, phones.sipPort) },
    signal,
    onProgress: (what) => console.log(`starting ${what}`),
  })
}

/** The default city with two branch hotlines, which are phones of the demo. */
function cityWithBranches(stateDir: string, sipPort: number): string {
  const city = readFileSync(join(projectRoot(), 'cities/default.yaml'), 'utf8')
  const branch = (number: string, name: string) =>
    `  "${number}": { name: ${name}, route: "sip:127.0.0.1:${sipPort}" }\n`
  const path = join(stateDir, 'city.yaml')
  writeFileSync(path, `${city}branches:\n${branch('12366', '税务')}${branch('12333', '社保')}`)
  return path
}

async function play(stack: Stack, phones: Softphones): Promise<Outcome> {
  const admin = await HotlineClient.login(`http://127.0.0.1:${stack.ports.http}`, {
    username: 'admin',
    password: stack.adminPassword ?? '',
  })
  const timeline = await admin.timeline()
  timeline.onEvent(print)
  try {
    const room: Room = { stack, phones, admin, timeline, agents: new Map() }
    const talked = await talk(room)
    await nextAgentAnswers(room)
    await abandon(room)
    const threeWay = await talkWithBranch(room)
    const branchBusyReturned = await comeBackFromBusyBranch(room)
    const voicemail = await leaveMessage(room)
    const ticket = await followTicket(room)
    const { offered } = await admin.get<{ offered: number }>('/metrics/summary')
    insist(offered === 5, `5 calls were placed, the figures know ${offered}`)
    return {
      ...talked,
      threeWay,
      branchBusyReturned,
      voicemail,
      ...ticket,
      events: timeline.events.length,
      calls: offered,
    }
  } finally {
    await timeline.close()
    await phones.close()
  }
}

function print({ time, type, data }: TimelineEvent): void {
  const { callId, ...rest } = data as Record<string, unknown>
  const shown = Object.entries(rest)
    .filter(([, value]) => value !== null && typeof value !== 'object')
    .map(([key, value]) => `${key}=${String(value)}`)
  const call = typeof callId === 'string' ? callId.slice(0, 4) : '    '
  console.log(`${time.slice(11, 23)}  ${call}  ${type.padEnd(22)} ${shown.join(' ').slice(0, 120)}`)
}
