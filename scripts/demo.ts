import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Call, createSoftphones, type Phone, type Softphones } from '../src/embedded/softphone/index.ts'
import { createLogger, messageOf, projectRoot } from '../src/kernel/index.ts'
import { HotlineClient } from './client/hotline-client.ts'
import type { Timeline, TimelineEvent } from './client/timeline.ts'
import { freePorts, type Stack, startStack } from './launch/stack.ts'

const help = `Usage: scripts/demo [--freeswitch] [--drachtio] [--keep]

Starts the whole hotline on free ports and places real calls with SIP phones of its own: one through the menu to an
agent with audio checked both ways, one that an agent lets ring so that the next answers, one that is abandoned, a three-way
call with the branch 12366, and one that comes back from the busy branch 12333.
The last line is one JSON object; exit status 1 and "ok":false when anything failed.

  --freeswitch   use the FreeSWITCH of this machine instead of the embedded softswitch
  --drachtio     use the drachtio-server of this machine instead of the embedded SIP server
  --keep         keep data and logs, and say where`

const { values: flags } = parseArgs({
  options: {
    freeswitch: { type: 'boolean', default: false },
    drachtio: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

/** Hertz: far enough apart, and from the harmonics of each other, to be told apart. */
const tones = { caller: 440, agent: 1000, branch: 1700 } as const
const limitMs = 170_000

interface Outcome {
  answeredWithinSeconds: number
  audioBothWays: boolean
  threeWay: boolean
  branchBusyReturned: boolean
  events: number
  calls: number
}

class DemoFailed extends Error {}

function insist(condition: boolean, what: string): asserts condition {
  if (!condition) throw new DemoFailed(what)
}

if (flags.help) console.log(help)
else process.exitCode = await run()

async function run(): Promise<number> {
  const stateDir = mkdtempSync(join(tmpdir(), 'yihao-demo-'))
  const limit = setTimeout(() => fail('not finished within 170 s', stateDir), limitMs)
  let stack: Stack | undefined
  try {
    const phones = await createSoftphones({ logger: createLogger({ name: 'demo', level: 'error' }) })
    stack = await start(stateDir, phones)
    const outcome = await play(stack, phones)
    await stack.stop()
    cleanUp(stateDir)
    clearTimeout(limit)
    console.log(JSON.stringify({ ok: true, ...outcome }))
    return 0
  } catch (error) {
    await stack?.stop()
    clearTimeout(limit)
    console.log(JSON.stringify({ ok: false, reason: messageOf(error), logs: stateDir }))
    return 1
  }
}

function fail(reason: string, stateDir: string): never {
  console.log(JSON.stringify({ ok: false, reason, logs: stateDir }))
  process.exit(1)
}

function cleanUp(stateDir: string): void {
  if (flags.keep) console.log(`data and logs: ${stateDir}`)
  else rmSync(stateDir, { recursive: true, force: true })
}

async function start(stateDir: string, phones: Softphones): Promise<Stack> {
  return startStack({
    stateDir,
    ports: await freePorts(),
    sipServer: flags.drachtio ? 'drachtio' : 'embedded',
    mediaSwitch: flags.freeswitch ? 'freeswitch' : 'embedded',
    temporary: true,
    env: { DRAIN_SECONDS: '2', CITY: cityWithBranches(stateDir, phones.sipPort) },
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
    const { offered } = await admin.get<{ offered: number }>('/metrics/summary')
    insist(offered === 5, `5 calls were placed, the figures know ${offered}`)
    return { ...talked, threeWay, branchBusyReturned, events: timeline.events.length, calls: offered }
  } finally {
    await timeline.close()
    await phones.close()
  }
}

interface Room {
  readonly stack: Stack
  readonly phones: Softphones
  readonly admin: HotlineClient
  readonly timeline: Timeline
  /** Phones of the agents by agent. */
  readonly agents: Map<string, Phone>
}

async function agentPhone(
  { stack, phones, admin, agents }: Room,
  agentId: string,
  onCall: Phone['onCall'],
): Promise<Phone> {
  const password = `phone-of-${agentId}`
  await admin.createAgent({ agentId, name: `Agent ${agentId}`, wrapUpSeconds: 3, phonePassword: password })
  const registrar = { host: '127.0.0.1', port: stack.ports.sip }
  const phone = phones.phone({ user: agentId, password, registrar, transport: 'udp', onCall })
  await phone.register({ expires: 300 })
  agents.set(agentId, phone)
  return phone
}

function caller({ stack, phones }: Room, number: string): Phone {
  const registrar = { host: '127.0.0.1', port: stack.ports.sip }
  return phones.phone({ user: number, password: '', registrar, transport: 'udp' })
}

/** Menu with keys, queue, answer, audio in both directions, release by the agent. */
async function talk(room: Room): Promise<Pick<Outcome, 'answeredWithinSeconds' | 'audioBothWays'>> {
  console.log('\n— a citizen chooses Mandarin and "other matters", and talks to agent 8001')
  const agent = await agentPhone(room, '8001', { kind: 'answer', afterMs: 1000, tone: tones.agent })
  await room.admin.makeReady('8001')
  const call = await caller(room, '13800000001').call('12345', { tone: tones.caller })
  insist((await call.answered).kind === 'answered', 'the hotline did not answer')
  await call.sendDtmf('14', { via: 'rfc4733' })
  const atAgent = await agent.nextCall({ withinMs: 10_000 })
  await atAgent.answered
  const [heardByCaller, heardByAgent] = await Promise.all([
    call.hears(tones.agent, { withinMs: 5000 }),
    atAgent.hears(tones.caller, { withinMs: 5000 }),
  ])
  insist(heardByCaller, 'the citizen does not hear the agent')
  insist(heardByAgent, 'the agent does not hear the citizen')
  await atAgent.hangUp()
  insist((await call.ended).cause === 'hungUpByOther', 'the citizen was not released with the agent')
  const answered = await room.timeline.until('call.answered', ({ agentId }) => agentId === '8001')
  return { answeredWithinSeconds: answered.data.waitedMs / 1000, audioBothWays: heardByCaller && heardByAgent }
}

/** Agent 8002 has been idle longest and lets it ring; after 8 s agent 8001 is offered the call and answers. */
async function nextAgentAnswers(room: Room): Promise<void> {
  console.log('\n— agent 8002 lets it ring, agent 8001 answers')
  await agentPhone(room, '8002', { kind: 'ring' })
  await room.admin.makeReady('8002')
  await room.timeline.until(
    'agent.state-changed',
    ({ agentId, from, to }) => agentId === '8001' && from === 'wrapUp' && to === 'ready',
  )
  const call = await caller(room, '13800000002').call('12345')
  await call.answered
  await call.sendDtmf('0', { via: 'info' })
  const missed = await room.timeline.until('agent.offer-failed', () => true, { withinMs: 20_000 })
  insist(
    missed.data.outcome === 'missed' && missed.data.agentId === '8002',
    'the call was not offered to agent 8002 first',
  )
  const callId = missed.data.callId
  await room.timeline.until('call.bridged', (data) => data.callId === callId && data.agentId === '8001')
  insist((await room.admin.agentState('8002')) === 'notReady', 'the agent who did not answer is still ready')
  await call.hangUp()
  await room.timeline.until('call.released', (data) => data.callId === callId)
}

/** Nobody is ready; the citizen gives up. */
async function abandon(room: Room): Promise<void> {
  console.log('\n— nobody is ready, the citizen gives up')
  await room.admin.post('/agents/8001/break', { reason: 'lunch' })
  const call = await caller(room, '13800000003').call('12345')
  await call.answered
  await call.sendDtmf('0', { via: 'rfc4733' })
  const callId = (await room.timeline.until('call.queued', (data) => !isAnswered(room, data.callId))).data.callId
  await call.hangUp()
  const abandoned = await room.timeline.until('call.abandoned', (data) => data.callId === callId)
  insist(abandoned.data.where === 'queue', 'the abandon was not noted in the queue')
  await room.timeline.until('call.released', (data) => data.callId === callId)
}

/** A citizen who talks to agent 8001. */
async function reachAgent(room: Room, number: string) {
  const phone = await reviveAgent(room)
  const call = await caller(room, number).call('12345', { tone: tones.caller })
  await call.answered
  await call.sendDtmf('0', { via: 'rfc4733' })
  const offered = await room.timeline.until('call.offered', ({ callerNumber }) => callerNumber === number)
  const { callId } = offered.data
  await room.timeline.until('call.bridged', (data) => data.callId === callId)
  return { call, callId, atAgent: phone.calls.at(-1) as Call }
}

async function reviveAgent({ admin, agents }: Room): Promise<Phone> {
  if ((await admin.agentState('8001')) !== 'ready') await admin.post('/agents/8001/ready')
  const phone = agents.get('8001')
  insist(phone !== undefined, 'agent 8001 has no phone')
  return phone
}

/** Consultation with 12366, then all three together. */
async function talkWithBranch(room: Room): Promise<boolean> {
  console.log('\n— a tax question: agent 8001 brings in 12366, all three talk')
  const branch = caller(room, '12366')
  branch.onCall = { kind: 'answer', afterMs: 300, tone: tones.branch }
  const { call, callId, atAgent } = await reachAgent(room, '13800000004')
  await room.admin.post(`/calls/${callId}/consult`, { branch: '12366' })
  await room.timeline.until('call.consulted', (data) => data.callId === callId)
  const atBranch = await branch.nextCall()
  await room.admin.post(`/calls/${callId}/join`)
  const heard = await Promise.all([
    call.hears(tones.agent, { withinMs: 5000 }),
    call.hears(tones.branch, { withinMs: 5000 }),
    atAgent.hears(tones.caller, { withinMs: 5000 }),
    atAgent.hears(tones.branch, { withinMs: 5000 }),
    atBranch.hears(tones.caller, { withinMs: 5000 }),
    atBranch.hears(tones.agent, { withinMs: 5000 }),
  ])
  insist(heard.every(Boolean), `not everybody hears everybody in the three-way call: ${heard.join(', ')}`)
  await call.hangUp()
  await room.timeline.until('call.released', (data) => data.callId === callId)
  await atBranch.ended
  return true
}

/** 12333 is busy: the citizen is back with the agent. */
async function comeBackFromBusyBranch(room: Room): Promise<boolean> {
  console.log('\n— 12333 is busy, the citizen comes back to the agent')
  caller(room, '12333').onCall = { kind: 'reject', status: 486 }
  const { call, callId, atAgent } = await reachAgent(room, '13800000005')
  await room.admin.post(`/calls/${callId}/transfer`, { branch: '12333' })
  const failed = await room.timeline.until('call.consultation-failed', (data) => data.callId === callId)
  insist(failed.data.outcome === 'busy', `the busy branch is called ${failed.data.outcome}`)
  const back = await Promise.all([
    call.hears(tones.agent, { withinMs: 5000 }),
    atAgent.hears(tones.caller, { withinMs: 5000 }),
  ])
  insist(back.every(Boolean), 'the citizen is not back with the agent')
  await call.hangUp()
  await room.timeline.until('call.released', (data) => data.callId === callId)
  return true
}

function isAnswered({ timeline }: Room, callId: string): boolean {
  return timeline.of('call.answered').some(({ data }) => data.callId === callId)
}

function print({ time, type, data }: TimelineEvent): void {
  const { callId, ...rest } = data as Record<string, unknown>
  const shown = Object.entries(rest)
    .filter(([, value]) => value !== null && typeof value !== 'object')
    .map(([key, value]) => `${key}=${String(value)}`)
  const call = typeof callId === 'string' ? callId.slice(0, 4) : '    '
  console.log(`${time.slice(11, 23)}  ${call}  ${type.padEnd(22)} ${shown.join(' ').slice(0, 120)}`)
}
