import { randomUUID } from 'node:crypto'
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { serializeWav } from '../../../src/embedded/rtp/index.ts'
import { RecordingArchive, RecordingStore } from '../../../src/recording/index.ts'
import { readSoundKeys, Vault } from '../../../src/vault/index.ts'
import { ownLog } from '../../support/own-log.ts'
import { SetClock } from '../../support/set-clock.ts'
import { silent } from '../../support/silent.ts'
import { until } from '../../support/until.ts'

const hour = 60 * 60 * 1000
const day = 24 * hour

describe('recordings that are kept', () => {
  const own = ownLog()
  let folder: string
  let store: RecordingStore
  let clock: SetClock
  let archive: RecordingArchive
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'yihao-recordings-'))
    clock = new SetClock()
    store = new RecordingStore({ db: own.db })
    archive = new RecordingArchive({
      vault: new Vault({ folder: join(folder, 'sounds'), keys: readSoundKeys(`1:${'ab'.repeat(32)}`) }),
      store,
      log: own.log,
      keepDays: (line) => (line === '12345' ? 30 : 1),
      clock,
      logger: silent,
    })
  })
  afterEach(async () => {
    await archive.close()
    await rm(folder, { recursive: true, force: true })
  })

  async function recorded(line: string) {
    const from = join(folder, 'call.wav')
    await writeFile(from, serializeWav({ channels: [new Int16Array(8000).fill(500), new Int16Array(8000).fill(700)] }))
    const note = { callId: randomUUID(), legId: 'leg', line, queue: 'general', agentId: '8001', callerNumber: '138' }
    await archive.take({ ...note, startedAt: clock.now(), masked: false }, from)
    const recording = await store.find(note.callId)
    if (!recording) throw new Error('not listed')
    return recording
  }
  const isThere = (file: string) =>
    access(join(folder, 'sounds', file)).then(
      () => true,
      () => false,
    )

  test('each line keeps its recordings for its own time; then sound and row are gone, and the log says so', async () => {
    const [short, long] = [await recorded('12346'), await recorded('12345')]
    expect(short.keepUntil.getTime() - clock.now()).toBe(day)
    archive.start()
    await until(() => clock.pending > 0, 'the first look is over')
    expect(await store.find(short.callId)).toBeDefined()

    for (let hours = 0; hours < 25; hours += 1) {
      clock.advance(hour)
      await until(() => clock.pending > 0, 'the next look is set')
    }

    await until(async () => (await store.find(short.callId)) === undefined, 'the row is gone')
    expect(await isThere(short.file)).toBe(false)
    expect(own.facts.at(-1)).toMatchObject({
      type: 'recording.deleted',
      subject: short.callId,
      data: { callId: short.callId, sha256: short.sha256, by: null },
    })
    expect(await store.find(long.callId)).toEqual(long)
    expect(await isThere(long.file)).toBe(true)
  })

  test('a recording taken twice is told of once', async () => {
    const first = await recorded('12345')
    await own.log.flush(5000)
    const from = join(folder, 'call.wav')
    await archive.take({ ...first, legId: 'leg', startedAt: first.startedAt.getTime(), masked: false }, from)

    expect(own.facts.map(({ type }) => type)).toEqual(['recording.stored'])
    expect(
      await store.list({ queue: undefined, agentId: '8001', callerNumber: '138', before: undefined, limit: 5 }),
    ).toHaveLength(1)
  })

  test('what is no recording is refused and not listed', async () => {
    const from = join(folder, 'empty.wav')
    await writeFile(from, '')
    const callId = randomUUID()
    const note = { callId, legId: 'leg', line: '12345', queue: null, agentId: null, callerNumber: '138' }

    await expect(archive.take({ ...note, startedAt: clock.now(), masked: false }, from)).rejects.toThrow('not a WAV')
    expect(await store.find(callId)).toBeUndefined()
  })
})
