import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Database } from '../../../src/db/index.ts'
import { serializeWav } from '../../../src/embedded/rtp/index.ts'
import { EventJournal, EventLog, type HotlineEvent } from '../../../src/events/index.ts'
import { Recorder, RecordingArchive, RecordingStore } from '../../../src/recording/index.ts'
import { readSoundKeys, Spool, Vault } from '../../../src/vault/index.ts'
import { newDatabase, silent } from '../../support/database.ts'
import { SetClock } from '../../support/set-clock.ts'
import { until } from '../../support/until.ts'

const minute = 60_000

describe('recordings an earlier process left behind', () => {
  let folder: string
  let db: Database
  let log: EventLog
  let store: RecordingStore
  let clock: SetClock
  let spool: Spool
  let recorder: Recorder
  let facts: HotlineEvent[]
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'yihao-recorder-'))
    db = await newDatabase()
    clock = new SetClock(Date.now())
    const { journal, left } = EventJournal.open({ folder: join(folder, 'journal'), logger: silent })
    log = new EventLog({ db, journal, left, clock, logger: silent })
    facts = []
    log.onRecorded((event) => facts.push(event))
    store = new RecordingStore({ db })
    spool = await Spool.open({ folder: join(folder, 'spool'), logger: silent })
    const vault = new Vault({ folder: join(folder, 'sounds'), keys: readSoundKeys(`1:${'ab'.repeat(32)}`) })
    const archive = new RecordingArchive({ vault, store, log, keepDays: () => 30, clock, logger: silent })
    recorder = await Recorder.open({ spool, archive, log, clock, logger: silent })
  })
  afterEach(async () => {
    await recorder.close()
    await log.flush(5000)
    await log.close(0)
    await db.destroy()
    await rm(folder, { recursive: true, force: true })
  })

  const inSpool = async () => (await readdir(join(folder, 'spool'))).sort()

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
    const whole = await leftBehind(
      serializeWav({ channels: [new Int16Array(8000).fill(500), new Int16Array(8000).fill(700)] }),
    )

    recorder.startSweeping()
    await sweeps(4)

    expect(await inSpool()).toEqual([`unusable-${broken.name}`, `unusable-${broken.name}.json`])
    expect(await readFile(spool.path(`unusable-${broken.name}`), 'utf8')).toBe('this is no sound')
    expect(facts.filter(({ type }) => type === 'recording.failed').map(({ subject }) => subject)).toEqual([
      broken.callId,
    ])
    expect(await store.find(whole.callId)).toBeDefined()
    expect(await store.find(broken.callId)).toBeUndefined()
  })
})
