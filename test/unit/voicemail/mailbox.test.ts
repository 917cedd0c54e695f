import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { serializeWav } from '../../../src/embedded/rtp/index.ts'
import { systemClock } from '../../../src/kernel/index.ts'
import { readSoundKeys, Spool, Vault } from '../../../src/vault/index.ts'
import { Mailbox, VoicemailStore } from '../../../src/voicemail/index.ts'
import { ownLog } from '../../support/own-log.ts'
import { silent } from '../../support/silent.ts'
import { until } from '../../support/until.ts'

const limits = { longest: 60, silence: 5, shortest: 1 }
const spoken = (seconds: number) =>
  serializeWav({ channels: [Int16Array.from({ length: seconds * 8000 }, (_, at) => (at % 16 < 8 ? 3000 : -3000))] })

describe('mailbox', () => {
  const own = ownLog()
  let folder: string
  let store: VoicemailStore
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'yihao-mailbox-'))
    store = new VoicemailStore({ db: own.db })
  })
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true })
  })

  const newMailbox = async (keeper = store) =>
    new Mailbox({
      spool: await Spool.open({ folder: join(folder, 'spool'), logger: silent }),
      vault: new Vault({ folder: join(folder, 'sounds'), keys: readSoundKeys(`1:${'ab'.repeat(32)}`) }),
      store: keeper,
      log: own.log,
      limits,
      clock: systemClock,
      logger: silent,
    })
  const draft = () => ({
    voicemailId: randomUUID(),
    callId: randomUUID(),
    queue: 'general',
    line: '12345',
    callerNumber: '13800000001',
    callerName: '',
    language: 'cmn',
    reason: 'closed' as const,
  })
  const inSpool = () => readdir(join(folder, 'spool'))
  const listed = () =>
    store.list({ queues: undefined, handled: undefined, callId: undefined, before: undefined, limit: 10 })
  /** As if the process that took the message had died a while ago. */
  const leftBehind = async (path: string) => {
    const then = new Date(Date.now() - 60_000)
    await utimes(path, then, then)
  }

  test('a message is listed once it is whole, and the spool is empty', async () => {
    const mailbox = await newMailbox()
    const message = draft()
    await writeFile(await mailbox.begin(message), spoken(3))

    expect(await mailbox.keep(message, 3000)).toBe('kept')

    expect(await listed()).toMatchObject([{ ...message, durationMs: 3000, handledBy: null }])
    expect(own.facts.map(({ type }) => type)).toEqual(['voicemail.left'])
    expect(await inSpool()).toEqual([])
  })

  test('a file that holds less than the switch heard is an alarm, and never listed', async () => {
    const mailbox = await newMailbox()
    const message = draft()
    const path = await mailbox.begin(message)
    await writeFile(path, spoken(6))
    await truncate(path, 44 + 2 * 16_000)

    const failure = await mailbox.keep(message, 6000).catch((error: unknown) => error)
    mailbox.failed(message, failure)

    expect(failure).toMatchObject({ code: 'voicemail-cut-short' })
    expect(own.facts.map(({ type }) => type)).toEqual(['voicemail.failed'])
    await until(async () => (await inSpool()).length === 0, 'half a message is thrown away')
    expect(await listed()).toEqual([])
  })

  test('while the database is away the message stays in the spool, and is listed when it is back', async () => {
    const away = Object.assign(Object.create(store) as VoicemailStore, {
      add: () => Promise.reject(new Error('connection refused')),
    })
    const message = draft()
    const mailbox = await newMailbox(away)
    const path = await mailbox.begin(message)
    await writeFile(path, spoken(3))
    expect(await mailbox.keep(message, 3000)).toBe('kept')
    expect(own.facts).toEqual([])
    expect(await inSpool()).toHaveLength(2)

    await leftBehind(path)
    const later = await newMailbox()
    later.start()
    await until(async () => (await listed()).length === 1, 'the message is listed')
    await later.stop()

    expect(own.facts.map(({ type, subject }) => [type, subject])).toEqual([['voicemail.left', message.voicemailId]])
    expect(await inSpool()).toEqual([])
  })

  test('a crash between listing and cleaning up tells of the message once', async () => {
    const mailbox = await newMailbox()
    const message = draft()
    await writeFile(await mailbox.begin(message), spoken(3))
    await mailbox.keep(message)
    await own.log.flush(5000)
    const again = await newMailbox()
    const path = await again.begin(message)
    await writeFile(path, spoken(3))
    await leftBehind(path)

    const later = await newMailbox()
    later.start()
    await until(async () => (await inSpool()).length === 0, 'the spool is empty')
    await later.stop()

    expect(own.facts.map(({ type }) => type)).toEqual(['voicemail.left'])
    expect(await listed()).toHaveLength(1)
  })

  test('an empty file of a process that died is an alarm, once, and is not kept for ever', async () => {
    const message = draft()
    const path = await (await newMailbox()).begin(message)
    await writeFile(path, '')
    await leftBehind(path)
    const mailbox = await newMailbox()

    mailbox.start()

    await until(async () => (await inSpool()).length === 0, 'the spool is empty')
    await mailbox.stop()
    expect(own.facts.map(({ type, subject }) => [type, subject])).toEqual([['voicemail.failed', message.voicemailId]])
    expect(await listed()).toEqual([])
  })

  test('a message that somebody is speaking is not taken up by the sweep', async () => {
    const mailbox = await newMailbox()
    const message = draft()
    const path = await mailbox.begin(message)
    await writeFile(path, spoken(3))
    await leftBehind(path)

    mailbox.start()
    await mailbox.stop()

    expect(await listed()).toEqual([])
    expect(await inSpool()).toHaveLength(2)
  })

  test('no room on the disk is known before the caller is asked for anything', async () => {
    const mailbox = new Mailbox({
      spool: await Spool.open({ folder: join(folder, 'spool'), logger: silent }),
      vault: new Vault({ folder: join(folder, 'sounds'), keys: readSoundKeys(`1:${'ab'.repeat(32)}`) }),
      store,
      log: own.log,
      limits: { ...limits, longest: 1e12 },
      clock: systemClock,
      logger: silent,
    })

    await expect(mailbox.begin(draft())).rejects.toThrow('full')
    expect(await inSpool()).toEqual([])
  })
})
