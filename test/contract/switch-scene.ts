import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseWav, toneLevel } from '../../src/embedded/rtp/index.ts'
import { type Call, type CallPolicy, createSoftphones, type Softphones } from '../../src/embedded/softphone/index.ts'
import { createLogger, newId } from '../../src/kernel/index.ts'
import type { RunningSwitch, SwitchStart } from '../support/freeswitch-daemon.ts'
import { toneFile } from '../support/tone.ts'
import { EslClient } from './switch-esl-client.ts'
import type { SwitchUnderTest } from './switches.ts'

/** Pitches of the sounds and phones of a scene, in hertz, far enough apart to be told from one another. */
export const pitch = { music: 300, welcome: 440, menu: 620, fallback: 540, caller: 1000, agent: 1400 } as const

/** A switch, SIP phones, and a client on its event socket that hears every event as JSON. */
export interface Scene {
  readonly running: RunningSwitch
  readonly esl: EslClient
  readonly folder: string
  /** Path of a sound: 1 s of its pitch. */
  sound(name: 'welcome' | 'menu'): string
  /** Calls a number of the switch. */
  dial(number: string): Promise<Call>
  /** A call to 12345, parked; its absence clock is stopped. Answered by the switch if wanted. */
  incoming(options?: { answered?: boolean; tone?: number }): Promise<{ call: Call; uuid: string }>
  /** A phone to be dialled. */
  phone(policy: CallPolicy): { address: string; nextCall(): Promise<Call> }
  /** Rings a phone that answers, and parks it. */
  outgoing(options?: { variables?: string; tone?: number }): Promise<{ call: Call; uuid: string }>
  close(): Promise<void>
}

export async function openScene(target: SwitchUnderTest, options: Omit<SwitchStart, 'prompts'> = {}): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), 'yihao-switch-'))
  await makeSounds(folder)
  const running = await target.start({ ...options, prompts: folder })
  const esl = await EslClient.login(running)
  await esl.send('event json ALL')
  const phones = await createSoftphones({ logger: createLogger({ name: 'phones', level: 'silent' }) })
  const sound = (name: 'welcome' | 'menu'): string => join(folder, `${name}.wav`)
  return {
    running,
    esl,
    folder,
    sound,
    dial: (number) => newPhone(phones, running, { kind: 'ring' }).call(number),
    incoming: (options) => incoming({ running, esl, phones }, options),
    phone: (policy) => dialledPhone(phones, running, policy),
    outgoing: (options) => outgoing({ running, esl, phones }, options),
    async close() {
      esl.close()
      await phones.close()
      await running.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function makeSounds(folder: string): Promise<void> {
  for (const name of ['music', 'cmn']) await mkdir(join(folder, name))
  await writeFile(join(folder, 'music', 'queue.wav'), toneFile(pitch.music, 2000))
  await writeFile(join(folder, 'cmn', 'fallback.wav'), toneFile(pitch.fallback, 1000))
  await writeFile(join(folder, 'welcome.wav'), toneFile(pitch.welcome, 1000))
  await writeFile(join(folder, 'menu.wav'), toneFile(pitch.menu, 1000))
}

interface Parts {
  running: RunningSwitch
  esl: EslClient
  phones: Softphones
}

function newPhone(phones: Softphones, { sipPort }: RunningSwitch, onCall: CallPolicy) {
  const user = `p${newId().slice(0, 8)}`
  const registrar = { host: '127.0.0.1', port: sipPort }
  return phones.phone({ user, password: 'none', registrar, transport: 'udp', onCall })
}

async function incoming(
  { running, esl, phones }: Parts,
  { answered = true, tone = pitch.caller }: { answered?: boolean; tone?: number } = {},
): Promise<{ call: Call; uuid: string }> {
  const from = esl.events.length
  const caller = newPhone(phones, running, { kind: 'ring' })
  const call = await caller.call('12345', { tone })
  const parked = await esl.event('CHANNEL_PARK', { 'Caller-Caller-ID-Number': caller.user }, { from })
  const uuid = parked['Unique-ID'] ?? ''
  await esl.api(`sched_del ${uuid}`)
  if (answered) {
    await esl.api(`uuid_answer ${uuid}`)
    await call.answered
  }
  return { call, uuid }
}

function dialledPhone(phones: Softphones, running: RunningSwitch, policy: CallPolicy) {
  const phone = newPhone(phones, running, policy)
  return { address: `sip:${phone.user}@127.0.0.1:${phones.sipPort}`, nextCall: () => phone.nextCall() }
}

async function outgoing(
  parts: Parts,
  { variables = '', tone = pitch.agent }: { variables?: string; tone?: number } = {},
): Promise<{ call: Call; uuid: string }> {
  const phone = dialledPhone(parts.phones, parts.running, { kind: 'answer', afterMs: 20, tone })
  const uuid = newId()
  const job = parts.esl.bgapi(
    `originate {origination_uuid=${uuid},originate_timeout=8${variables}}sofia/edge/${phone.address} &park()`,
  )
  const call = await phone.nextCall()
  await job
  await parts.esl.event('CHANNEL_PARK', { 'Unique-ID': uuid })
  return { call, uuid }
}

/** A caller and an agent who hear each other. */
export async function talking(scene: Scene, variables = '') {
  const caller = await scene.incoming()
  const agent = await scene.outgoing({ variables })
  await scene.esl.api(`uuid_bridge ${caller.uuid} ${agent.uuid}`)
  await scene.esl.event('CHANNEL_BRIDGE', { 'Unique-ID': caller.uuid })
  await Promise.all([caller.call.hears(pitch.agent), agent.call.hears(pitch.caller)])
  return { caller, agent }
}

/** Hangs everybody up, and waits until no channel is left for the next test. */
export async function endEverybody({ esl }: Scene): Promise<void> {
  await esl.api('hupall NORMAL_CLEARING')
  await until(async () => (await esl.api('show channels as json')).includes('"row_count": 0'))
}

/** Waits for something to become true, 20 s at most. */
export async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 20_000
  while (!(await isTrue())) {
    if (Date.now() > end) throw new Error(`Not true within 20 s: ${isTrue}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** The loudest known pitch in each channel of a WAV file. */
export async function pitches(path: string): Promise<number[]> {
  const { channels } = parseWav(await readFile(path))
  return channels.map((samples) => {
    const byLevel = Object.values(pitch).sort((a, b) => toneLevel(samples, b) - toneLevel(samples, a))
    return byLevel[0] ?? 0
  })
}
