import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { serializeWav } from '../../../src/embedded/rtp/index.ts'
import type { EventType } from '../../../src/events/index.ts'
import { LiveCallbacks, LiveFigures, Prometheus } from '../../../src/metrics/index.ts'
import { Recorder, RecordingArchive, RecordingIntake, RecordingStore } from '../../../src/recording/index.ts'
import { readSoundKeys, Spool, Vault } from '../../../src/vault/index.ts'
import { ownLog } from '../../support/own-log.ts'
import { SetClock } from '../../support/set-clock.ts'
import { silent } from '../../support/silent.ts'
import { until } from '../../support/until.ts'

const minute = 60_000

describe('recorder', () => {
  const own = ownLog()
  let folder: string
  let store: RecordingStore
  let clock: SetClock
  let spool: Spool
  let recorder: Recorder
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'yihao-recorder-'))
    clock = new SetClock(Date.now())
    store = new RecordingStore({ db: own.db })
    spool = await Spool.open({ folder: join(folder, 'spool'), logger: silent })
    const vault = new Vault({ folder: join(folder, 'sounds'), keys: readSoundKeys(`1:${'ab'.repeat(32)}`) })
    const archive = new RecordingArchive({ vault, store, log: own.log, keepDays: () => 30, clock, logger: silent })
    const intake = new RecordingIntake({ spool, archive, log: own.log, clock, logger: silent })
    recorder = await Recorder.open({ spool, intake, log: own.log, clock, logger: silent })
  })
  afterEach(async () => {
    await recorder.close()
    await rm(folder, { recursive: true, force: true })
  })

  const idle = { maskRecording: async () => {}, stopRecording: async () => {} }
  const inSpool = async () => (await readdir(join(folder, 'spool'))).sort()

  const told = (type: EventType) => own.facts.filter((fact) => fact.type === type)
  const failures = () => told('recording.failed')
  const aSecond = serializeWav({ channels: [new Int16Array(8000).fill(500), new Int16Array(8000).fill(700)] })

  /** A call at a switch that writes `sound` of it; without any, the file is gone. */
  async function recorded(sound: Uint8Array | undefined, ms = 10_000): Promise<string> {
    const callId = randomUUID()
    const call = { callId, legId: 'leg', line: '12345', queue: 'general', agentId: '8001', callerNumber: '138' }
    recorder.start(call, {
      ...idle,
      async startRecording(_, path) {
        await (sound ? writeFile(path, sound) : rm(path))
        return { kind: 'begun' }
      },
    })
    await until(() => own.facts.length > 0, 'it is recorded')
    clock.advance(ms)
    recorder.stop(callId)
    await closed()
    return callId
  }

  /** A call the switch would not record any more. */
  async function refused(): Promise<string> {
    const callId = randomUUID()
    const call = { callId, legId: 'leg', line: '12345', queue: 'general', agentId: '8001', callerNumber: '138' }
    recorder.start(call, {
      ...idle,
      startRecording: async () => ({ kind: 'refused', reason: '-ERR Cannot locate session!' }),
    })
    await until(() => clock.pending > 0, 'the end of the call is waited for')
    return callId
  }

  async function closed(): Promise<void> {
    await until(() => clock.pending > 0, 'the switch has time to close the file')
    clock.advance(2500)
  }

  /** The first try to store it was in vain: its note knows when the call ended. */
  const putOff = (callId: string) =>
    until(async () => {
      const note = await spool.readNote<{ endedAt?: number }>(`recording-${callId}.wav`)
      return note?.endedAt !== undefined
    }, 'it is put off')

  async function leftBehind(content: Uint8Array | string): Promise<{ callId: string; name: string }> {
    const callId = randomUUID()
    const name = `recording-${callId}.wav`
    const call = { callId, legId: 'leg', line: '12345', queue: 'general', agentId: '8001', callerNumber: '138' }
    await spool.writeNote(name, { ...call, startedAt: clock.now() - minute, masked: false })
    await writeFile(spool.path(name), content)
    const long = new Date(clock.now() - minute)
    await utimes(spool.path(name), long, long)
    return { callId, name }
  }

  /** Lets the sweep go round `times`. */
  async function sweeps(times: number): Promise<void> {
    for (let done = 0; done < times; done += 1) {
      await until(() => clock.pending > 0, 'the next look is set')
      clock.advance(minute)
      await until(() => clock.pending > 0, 'the look is over')
    }
  }

  test('a file that is no WAV is an alarm once and is put aside; a whole one beside it is stored', async () => {
    const broken = await leftBehind('this is no sound')
    const whole = await leftBehind(aSecond)

    recorder.startSweeping()
    await sweeps(4)

    expect(await inSpool()).toEqual([`unusable-${broken.name}`, `unusable-${broken.name}.json`])
    expect(await readFile(spool.path(`unusable-${broken.name}`), 'utf8')).toBe('this is no sound')
    expect(failures().map(({ subject }) => subject)).toEqual([broken.callId])
    expect(await store.find(whole.callId)).toBeDefined()
    expect(await store.find(broken.callId)).toBeUndefined()
  })

  test('a call that ends while the database is away is no alarm: its recording waits, and is stored when the database is back', async () => {
    await sql`alter table recordings rename to recordings_away`.execute(own.db)
    const callId = await recorded(aSecond)
    await putOff(callId)
    expect(failures()).toEqual([])
    expect(await inSpool()).toEqual([`recording-${callId}.wav`, `recording-${callId}.wav.json`])

    await sql`alter table recordings_away rename to recordings`.execute(own.db)
    recorder.startSweeping()
    await sweeps(2)

    expect(await store.find(callId)).toMatchObject({ durationMs: 1000 })
    expect(await inSpool()).toEqual([])
    expect(failures()).toMatchObject([{ subject: callId, data: { reason: '9000 ms of the call are missing' } }])
  })

  test('a folder of sounds that stays away is an alarm from the second try on, once; then the recording is stored', async () => {
    const folderOfSounds = join(folder, 'sounds')
    await writeFile(folderOfSounds, 'no folder')
    const callId = await recorded(aSecond)
    const live = new LiveFigures({ clock })
    const prometheus = new Prometheus({ log: own.log, live, callbacks: new LiveCallbacks({ clock }) })
    const delays = () => own.facts.filter(({ type }) => type === 'recording.delayed')
    const waiting = async () => /^yihao_recordings_delayed (\d+)$/m.exec(await prometheus.text())?.[1]
    await putOff(callId)
    expect(delays()).toEqual([])

    recorder.startSweeping()
    await sweeps(3)
    expect(delays()).toMatchObject([{ subject: callId, data: { callId, line: '12345' } }])
    expect(await waiting()).toBe('1')
    await rm(folderOfSounds)
    await sweeps(1)

    expect(await store.find(callId)).toMatchObject({ durationMs: 1000 })
    expect(delays().length).toBe(1)
    expect(await waiting()).toBe('0')
  })

  test('a file that is gone when the call ends is an alarm once, and nothing is left to try', async () => {
    const callId = await recorded(undefined)
    await until(() => failures().length > 0, 'the alarm')

    recorder.startSweeping()
    await sweeps(2)

    expect(failures().map(({ subject }) => subject)).toEqual([callId])
    await until(async () => (await inSpool()).length === 0, 'nothing is left')
  })

  test('a call that was over before a frame of it was recorded, and of which the switch keeps no file, is no alarm', async () => {
    const callId = await recorded(undefined, 300)
    await until(() => told('recording.omitted').length > 0, 'it is told')

    recorder.startSweeping()
    await sweeps(2)

    expect(told('recording.omitted').map(({ data }) => data)).toEqual([{ callId, line: '12345', talkedMs: 300 }])
    expect(failures()).toEqual([])
    await until(async () => (await inSpool()).length === 0, 'nothing is left')
  })

  test('a caller who is gone before the recording begins is no alarm, though the end of the call is told after the refusal', async () => {
    const callId = await refused()
    expect(own.facts).toEqual([])

    clock.advance(200)
    recorder.stop(callId)
    await until(() => own.facts.length > 0, 'it is told')
    await closed()

    expect(own.facts).toMatchObject([{ type: 'recording.omitted', data: { callId, line: '12345', talkedMs: 200 } }])
    await until(async () => (await inSpool()).length === 0, 'nothing is left')
  })

  test('a call that goes on although the switch would not record it is an alarm after three seconds, once', async () => {
    const callId = await refused()
    await expect(recorder.pause(callId, 'li')).rejects.toThrow('is not recorded')

    clock.advance(3000)
    await until(() => own.facts.length > 0, 'the alarm')
    clock.advance(minute)
    recorder.stop(callId)

    expect(own.facts).toMatchObject([
      { type: 'recording.failed', subject: callId, data: { reason: '-ERR Cannot locate session!' } },
    ])
    await until(async () => (await inSpool()).length === 0, 'nothing is left')
  })
})
