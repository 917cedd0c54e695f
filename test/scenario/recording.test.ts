import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../../scripts/launch/free-port.ts'
import { parseWav, toneLevel } from '../../src/embedded/rtp/index.ts'
import { Centre, variants } from '../support/centre.ts'
import { type EslTap, tapEventSocket } from '../support/esl-tap.ts'
import type { TelephoneCall } from '../support/telephone.ts'
import { until } from '../support/until.ts'

const pitch = { caller: 440, agent: 1000, branch: 1700 } as const
/** Amplitudes: a tone that is there, and one that is not. */
const [loud, quiet] = [1000, 150]
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const heard = async (who: TelephoneCall, tone: number) => expect(await who.hears(tone)).toBe(true)

describe.each(variants())('recording on $name', (variant) => {
  let centre: Centre
  beforeAll(async () => {
    centre = await Centre.start({ variant })
  })
  afterEach(() => centre.clear())
  afterAll(() => centre.stop())

  /** A citizen and an agent who hear each other. */
  async function talk(agentId: string) {
    const phone = await centre.agent(agentId, { onCall: { kind: 'answer', afterMs: 0, tone: pitch.agent } })
    const { call, callId, from } = await centre.call('0', { tone: pitch.caller })
    await centre.timeline.until('call.bridged', (data) => data.callId === callId)
    const atAgent = phone.calls.at(-1)
    if (!atAgent) throw new Error('the agent was not called')
    await heard(call, pitch.agent)
    await heard(atAgent, pitch.caller)
    await centre.timeline.until('recording.started', (data) => data.callId === callId)
    return { call, callId, atAgent, from, phone }
  }
  const stored = (callId: string) => centre.timeline.until('recording.stored', (data) => data.callId === callId)
  const ask = (path: string, headers: Record<string, string> = {}) =>
    fetch(`http://127.0.0.1:${centre.stack.ports.http}/api/v1${path}`, {
      headers: { authorization: `Bearer ${centre.admin.token}`, ...headers },
    })
  const wav = async (callId: string) => Buffer.from(await (await ask(`/recordings/${callId}/audio`)).arrayBuffer())
  async function channels(callId: string) {
    const [left, right] = parseWav(await wav(callId)).channels
    if (!left || !right) throw new Error('the recording is not stereo')
    return { left, right }
  }
  const spool = () => readdirSync(join(centre.logDir, '../spool'))

  test('a call of ours to a citizen is recorded from the answer on, the citizen left and the agent right', async () => {
    const phone = await centre.agent('8110', { onCall: { kind: 'answer', afterMs: 0, tone: pitch.agent } })
    const citizen = centre.citizen({ onCall: { kind: 'answer', afterMs: 500, tone: pitch.caller } })
    const { callId } = await centre.admin.post<{ callId: string }>('/outbound-calls', {
      number: citizen.user,
      agentId: '8110',
      purpose: 'return-visit',
    })
    const [atAgent, atCitizen] = [await phone.nextCall(), await citizen.nextCall()]
    await heard(atAgent, pitch.caller)
    await heard(atCitizen, pitch.agent)
    await centre.timeline.until('recording.started', (data) => data.callId === callId)
    await pause(2000)
    await atCitizen.hangUp()

    const { data } = await stored(callId)

    expect(data).toMatchObject({ callId, line: '12345', agentId: '8110' })
    const { left, right } = await channels(callId)
    const middle = (side: Int16Array) => side.subarray(4000, side.length - 4000)
    expect(toneLevel(middle(left), pitch.caller)).toBeGreaterThan(loud)
    expect(toneLevel(middle(left), pitch.agent)).toBeLessThan(quiet)
    expect(toneLevel(middle(right), pitch.agent)).toBeGreaterThan(loud)
    expect(toneLevel(middle(right), pitch.caller)).toBeLessThan(quiet)
  })

  test('the caller is left and the agent right; it is encrypted, listed, played by parts, and every playback is noted', async () => {
    const { call, callId, from } = await talk('8101')
    await pause(2000)
    await call.hangUp()

    const { data } = await stored(callId)
    const { left, right } = await channels(callId)
    const middle = (side: Int16Array) => side.subarray(4000, side.length - 4000)
    expect(toneLevel(middle(left), pitch.caller)).toBeGreaterThan(loud)
    expect(toneLevel(middle(left), pitch.agent)).toBeLessThan(quiet)
    expect(toneLevel(middle(right), pitch.agent)).toBeGreaterThan(loud)
    expect(toneLevel(middle(right), pitch.caller)).toBeLessThan(quiet)
    const whole = await wav(callId)
    expect(createHash('sha256').update(whole).digest('hex')).toBe(data.sha256)
    expect(await centre.admin.get(`/recordings/${callId}`)).toMatchObject({
      callId,
      agentId: '8101',
      queue: 'general',
      callerNumber: from.user,
      bytes: whole.length,
    })
    const { items } = await centre.admin.get<{ items: { callId: string }[] }>('/recordings?agentId=8101')
    expect(items.map((each) => each.callId)).toEqual([callId])
    const part = await ask(`/recordings/${callId}/audio`, { range: 'bytes=-1000' })
    expect(part.status).toBe(206)
    expect(Buffer.from(await part.arrayBuffer()).equals(whole.subarray(-1000))).toBe(true)
    const played = await centre.timeline.until('recording.played', (each) => each.firstByte === whole.length - 1000)
    expect(played.data).toMatchObject({ callId, by: 'admin', lastByte: whole.length - 1 })
    await until(() => spool().length === 0, 'no plain sound is left')
    const [sealed = ''] = readdirSync(join(centre.logDir, '../sounds/recordings'), { recursive: true })
      .map(String)
      .filter((name) => name.includes(callId))
    const onDisk = readFileSync(join(centre.logDir, '../sounds/recordings', sealed))
    expect(onDisk.toString('latin1')).not.toContain('WAVE')
  })

  test('a pause is silence on both sides, and the time goes on', async () => {
    const { call, callId } = await talk('8102')
    const started = await centre.timeline.until('recording.started', (data) => data.callId === callId)
    await pause(1500)
    await centre.admin.post(`/calls/${callId}/recording/pause`)
    await expect(centre.admin.post(`/calls/${callId}/recording/pause`)).rejects.toThrow('recording-refused')
    const pausedAt = Date.now()
    await pause(3000)
    const resumedAt = Date.now()
    await centre.admin.post(`/calls/${callId}/recording/resume`)
    await expect(centre.admin.post(`/calls/${callId}/recording/resume`)).rejects.toThrow('recording-refused')
    await pause(1500)
    await call.hangUp()
    const ended = await centre.timeline.until('call.released', (data) => data.callId === callId)

    const { data } = await stored(callId)
    const { left, right } = await channels(callId)
    const startedAt = Date.parse(started.time)
    expect(data.durationMs).toBeGreaterThan(Date.parse(ended.time) - startedAt - 1000)
    const at = (ms: number) => Math.max(0, Math.round((ms - startedAt) * 8))
    const masked = (side: Int16Array) => side.subarray(at(pausedAt) + 6000, at(resumedAt) - 6000)
    expect(masked(left).length).toBeGreaterThan(8000)
    expect(masked(left).every((sample) => Math.abs(sample) < 16)).toBe(true)
    expect(masked(right).every((sample) => Math.abs(sample) < 16)).toBe(true)
    for (const [side, tone] of [
      [left, pitch.caller],
      [right, pitch.agent],
    ] as const) {
      expect(toneLevel(side.subarray(2000, 8000), tone)).toBeGreaterThan(loud)
      expect(toneLevel(side.subarray(at(resumedAt) + 6000, side.length - 2000), tone)).toBeGreaterThan(loud)
    }
  })

  test('a three-way call is recorded at the caller: both others are on the right', async () => {
    const branch = centre.branch('12366', { kind: 'answer', afterMs: 0, tone: pitch.branch })
    const { call, callId, atAgent } = await talk('8103')
    await centre.admin.post(`/calls/${callId}/consult`, { branch: '12366' })
    await centre.timeline.until('call.consulted', (data) => data.callId === callId)
    const atBranch = await branch.nextCall()
    await heard(atAgent, pitch.branch)
    await heard(atBranch, pitch.agent)
    await centre.admin.post(`/calls/${callId}/join`)
    await heard(call, pitch.branch)
    await heard(call, pitch.agent)
    await pause(1500)
    await call.hangUp()

    await stored(callId)
    const { left, right } = await channels(callId)
    const last = (side: Int16Array) => side.subarray(-12_000, -2000)
    expect(toneLevel(last(right), pitch.agent)).toBeGreaterThan(loud)
    expect(toneLevel(last(right), pitch.branch)).toBeGreaterThan(loud)
    expect(toneLevel(last(left), pitch.caller)).toBeGreaterThan(loud)
    expect(toneLevel(last(left), pitch.agent)).toBeLessThan(quiet)
  })

  test('a hotline that is killed and started again goes on with the recording', async () => {
    const { call, callId } = await talk('8104')
    await centre.stack.child('hotline').kill('SIGKILL')
    await centre.restartHotline()
    await until(async () => (await centre.admin.get<object[]>('/calls')).length === 1, 'the call is known again')
    await pause(1000)
    await centre.admin.post(`/calls/${callId}/recording/pause`)
    await pause(500)
    await call.hangUp()

    expect((await stored(callId)).data.durationMs).toBeGreaterThan(2000)
    const { left } = await channels(callId)
    expect(toneLevel(left.subarray(2000, 8000), pitch.caller)).toBeGreaterThan(loud)
  })

  test('a call that ends while the hotline is down: the recording is found and encrypted', async () => {
    const { call, callId } = await talk('8105')
    await pause(1000)
    await centre.stack.child('hotline').kill('SIGKILL')
    await call.hangUp()
    await centre.restartHotline()

    await stored(callId)
    const { right } = await channels(callId)
    expect(toneLevel(right.subarray(2000, 8000), pitch.agent)).toBeGreaterThan(loud)
    await until(() => spool().length === 0, 'no plain sound is left')
  })

  test('commands for a recording that is not there are refused', async () => {
    const { callId } = await centre.call('')

    await expect(centre.admin.post(`/calls/${callId}/recording/pause`)).rejects.toThrow('recording-refused')
  })
})

describe.each(variants())('recording without a disk on $name', (variant) => {
  let centre: Centre | undefined
  afterAll(() => centre?.stop())

  test('the call goes on, and there is an alarm', async () => {
    centre = await Centre.start({ variant, hotlineEnv: { SPOOL_DIR: '/dev/null/spool' } })
    const phone = await centre.agent('8106', { onCall: { kind: 'answer', afterMs: 0, tone: pitch.agent } })
    const { call, callId } = await centre.call('0', { tone: pitch.caller })
    const failed = await centre.timeline.until('recording.failed', (data) => data.callId === callId)

    expect(failed.data.reason).toMatch(/ENOTDIR/)
    await heard(call, pitch.agent)
    const atAgent = phone.calls.at(-1)
    if (atAgent) await heard(atAgent, pitch.caller)
    await call.hangUp()
    await centre.timeline.until('call.released', (data) => data.callId === callId)
  })
})

describe.each(variants())('recording that begins late on $name', (variant) => {
  let centre: Centre
  let tap: EslTap
  beforeAll(async () => {
    const eslPort = await freePort()
    tap = await tapEventSocket({ targetPort: eslPort })
    const hotlineEnv = { SWITCHES: `127.0.0.1:${tap.port}` }
    centre = await Centre.start({ variant, switchEslPort: eslPort, hotlineEnv })
  })
  afterAll(async () => {
    await centre.stop()
    await tap.close()
  })

  test('a caller who has hung up by then is no alarm, and the log says that nothing of the call was recorded', async () => {
    await centre.agent('8107', { onCall: { kind: 'answer', afterMs: 0 } })
    const asked = () =>
      tap.commands.flatMap((command) => /^fenced api uuid_setvar_multi (\S+) RECORD_/.exec(command)?.[1] ?? [])
    let goOn = () => {}
    const gone = new Promise<void>((resolve) => {
      goOn = resolve
    })
    tap.before = (command) => (command.includes('RECORD_') ? gone : undefined)
    const { call, callId } = await centre.call('0')
    await until(() => asked().length > 0, 'the recording is asked for')

    await call.hangUp()
    await until(async () => (await centre.atSwitch(`uuid_exists ${asked()[0]}`)) === 'false', 'the caller is gone')
    goOn()

    const { data } = await centre.timeline.until('recording.omitted')
    expect(data).toMatchObject({ callId, line: '12345' })
    await centre.timeline.until('call.released', (each) => each.callId === callId)
    expect(centre.timeline.of('recording.failed')).toEqual([])
    await until(() => readdirSync(join(centre.logDir, '../spool')).length === 0, 'nothing is left in the spool')
  })
})
