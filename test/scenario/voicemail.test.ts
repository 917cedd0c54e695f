import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { parseWav, toneLevel } from '../../src/embedded/rtp/index.ts'
import { Centre, variants } from '../support/centre.ts'
import type { TelephoneCall } from '../support/telephone.ts'
import { until } from '../support/until.ts'

const beep = 1000
const voice = 440
const otherVoice = 700
const city = 'voicemail-city.yaml'

interface Listed {
  readonly voicemailId: string
  readonly callId: string
  readonly queue: string
  readonly callerNumber: string
  readonly durationMs: number
  readonly bytes: number
  readonly sha256: string
  readonly handledBy: string | null
}

const list = async (centre: Centre, query = '') =>
  await centre.admin.get<{ items: Listed[]; next: string | null }>(`/voicemails${query}`)

const ask = (centre: Centre, path: string, headers: Record<string, string> = {}) =>
  fetch(`http://127.0.0.1:${centre.stack.ports.http}/api/v1${path}`, {
    headers: { authorization: `Bearer ${centre.admin.token}`, ...headers },
  })

/** Dials a closed line, skips the greeting, and begins to speak after the tone. */
async function speak(centre: Centre, tone = voice) {
  const placed = await centre.call('')
  await centre.timeline.until('call.sent-to-voicemail', ({ callId }) => callId === placed.callId)
  await until(() => placed.call.firstAudioAt !== undefined, 'the greeting is heard')
  await afterTone(placed.call, tone, () => placed.call.sendDtmf('#', { via: 'rfc4733' }))
  return placed
}

async function afterTone(call: TelephoneCall, tone: number, begin: () => Promise<void>) {
  call.sendTone(undefined)
  const heard = call.hears(beep, { withinMs: 60_000 })
  await begin()
  expect(await heard).toBe(true)
  call.sendTone(tone)
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe.each(variants())('voicemail on $name', (variant) => {
  let centre: Centre
  beforeAll(async () => {
    centre = await Centre.start({ variant, city })
    await centre.admin.post('/calendars/hotline/close', { reason: 'night' })
  })
  afterEach(() => centre.clear())
  afterAll(() => centre.stop())

  const left = (callId: string) =>
    centre.timeline.until('voicemail.left', (data) => data.callId === callId, { withinMs: 60_000 })
  const audio = async (voicemailId: string) => {
    const answer = await ask(centre, `/voicemails/${voicemailId}/audio`)
    expect(answer.status).toBe(200)
    return Buffer.from(await answer.arrayBuffer())
  }
  const soundOf = async (voicemailId: string) => parseWav(await audio(voicemailId)).channels[0] ?? new Int16Array()

  test('a caller speaks, hears it again, and accepts; the message is listed, played by parts, handled and deleted', async () => {
    const { call, callId, from } = await speak(centre)
    await pause(2500)
    call.sendTone(undefined)
    const mine = call.hears(voice, { withinMs: 60_000 })
    await call.sendDtmf('#', { via: 'rfc4733' })
    await pause(1000)
    await call.sendDtmf('1', { via: 'rfc4733' })
    expect(await mine).toBe(true)
    await call.sendDtmf('#', { via: 'rfc4733' })

    const { data } = await left(callId)
    const released = await centre.timeline.until('call.released', (each) => each.callId === callId, {
      withinMs: 60_000,
    })
    expect(released.data).toMatchObject({ by: 'system', reason: 'message left' })
    expect(data).toMatchObject({ queue: 'general', line: '12345', callerNumber: from.user, reason: 'closed' })
    const { voicemailId } = data
    const [first] = (await list(centre)).items
    expect(first).toMatchObject({ voicemailId, callId, callerNumber: from.user, handledBy: null })
    const whole = await audio(voicemailId)
    expect(createHash('sha256').update(whole).digest('hex')).toBe(data.sha256)
    const sound = await soundOf(voicemailId)
    expect(toneLevel(sound.subarray(4000, 16_000), voice)).toBeGreaterThan(1000)
    expect(sound.length / 8).toBeCloseTo(data.durationMs, -1)

    const part = await ask(centre, `/voicemails/${voicemailId}/audio`, { range: 'bytes=100-199' })
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 100-199/${whole.length}`])
    expect(Buffer.from(await part.arrayBuffer())).toEqual(whole.subarray(100, 200))
    const beyond = await ask(centre, `/voicemails/${voicemailId}/audio`, { range: `bytes=${whole.length}-` })
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${whole.length}`])
    const played = await centre.timeline.until('voicemail.played', (each) => each.firstByte === 100)
    expect(played.data).toEqual({ voicemailId, by: 'admin', firstByte: 100, lastByte: 199 })

    await centre.admin.post(`/voicemails/${voicemailId}/handled`)
    await expect(centre.admin.post(`/voicemails/${voicemailId}/handled`)).rejects.toThrow('voicemail-handled')
    expect((await list(centre, '?handled=false')).items.map((each) => each.voicemailId)).not.toContain(voicemailId)
    const gone = await fetch(`http://127.0.0.1:${centre.stack.ports.http}/api/v1/voicemails/${voicemailId}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${centre.admin.token}` },
    })
    expect(gone.status).toBe(204)
    expect((await ask(centre, `/voicemails/${voicemailId}/audio`)).status).toBe(404)
  })

  test('who hangs up while speaking has left the message', async () => {
    const { call, callId } = await speak(centre)
    await pause(2000)

    await call.hangUp()

    const { data } = await left(callId)
    expect(data.durationMs).toBeGreaterThan(1000)
    expect(toneLevel((await soundOf(data.voicemailId)).subarray(4000, 8000), voice)).toBeGreaterThan(1000)
    expect(centre.timeline.of('call.abandoned').filter((each) => each.data.callId === callId)).toEqual([])
  })

  test('a message spoken again replaces the first', async () => {
    const { call, callId } = await speak(centre)
    await pause(2000)
    call.sendTone(undefined)
    await call.sendDtmf('#', { via: 'rfc4733' })
    await pause(1000)
    await afterTone(call, otherVoice, () => call.sendDtmf('2', { via: 'rfc4733' }))
    await pause(2000)

    await call.hangUp()

    const sound = (await soundOf((await left(callId)).data.voicemailId)).subarray(4000, 12_000)
    expect(toneLevel(sound, otherVoice)).toBeGreaterThan(1000)
    expect(toneLevel(sound, voice)).toBeLessThan(100)
  })

  test('nothing said, or too little, is no message', async () => {
    const short = await speak(centre)
    await short.call.hangUp()
    const silent = await centre.call('')
    await centre.timeline.until('call.sent-to-voicemail', ({ callId }) => callId === silent.callId)
    await until(() => silent.call.firstAudioAt !== undefined, 'the greeting is heard')
    await afterTone(silent.call, 0, () => silent.call.sendDtmf('#', { via: 'rfc4733' }))
    silent.call.sendTone(undefined)
    await until(async () => !(await silent.call.hears(beep, { withinMs: 200 })), 'the tone has ended')
    expect(await silent.call.hears(beep, { withinMs: 90_000 })).toBe(true)
    await silent.call.hangUp()
    for (const { callId } of [short, silent]) {
      await centre.timeline.until('call.released', (each) => each.callId === callId)
    }

    await until(() => readdirSync(join(centre.logDir, '../spool')).length === 0, 'nothing is left in the spool')
    const ids = (await list(centre)).items.map(({ callId }) => callId)
    expect(ids).not.toContain(short.callId)
    expect(ids).not.toContain(silent.callId)
    expect(centre.timeline.of('voicemail.failed')).toEqual([])
  })

  test('an endless message is cut at the limit', async () => {
    const { call, callId } = await speak(centre)
    const { voicemailId } = (await centre.timeline.until('call.sent-to-voicemail', (each) => each.callId === callId))
      .data
    await until(async () => !(await call.hears(beep, { withinMs: 100 })), 'the tone has ended')
    // The review is spoken when the limit has come; nobody presses a key, so it is accepted.
    const { data } = await left(callId)

    expect(data.voicemailId).toBe(voicemailId)
    expect(data.durationMs).toBeGreaterThan(7000)
    expect(data.durationMs).toBeLessThan(11_000)
  })

  test('pages of the list follow each other', async () => {
    const whole = (await list(centre)).items.map(({ voicemailId }) => voicemailId)
    expect(whole.length).toBeGreaterThanOrEqual(2)

    const first = await list(centre, '?limit=1')
    const next = await list(centre, `?limit=1&cursor=${first.next}`)

    expect([...first.items, ...next.items].map(({ voicemailId }) => voicemailId)).toEqual(whole.slice(0, 2))
  })

  test('a hotline that dies while somebody speaks finds the message again', async () => {
    const { call, callId } = await speak(centre)
    await pause(2500)

    await centre.stack.child('hotline').kill('SIGKILL')
    await pause(500)
    await call.hangUp()
    await centre.restartHotline()

    const { data } = await left(callId)
    expect(toneLevel((await soundOf(data.voicemailId)).subarray(4000, 8000), voice)).toBeGreaterThan(1000)
  })

  test('the longest wait in a queue leads to a message for its people', async () => {
    await centre.admin.post('/calendars/hotline/reopen')
    const { call, callId } = await centre.call('121')
    await centre.timeline.until('queue.overflowed', (each) => each.callId === callId)
    await centre.timeline.until('call.sent-to-voicemail', (each) => each.callId === callId)
    await pause(500)
    await afterTone(call, voice, () => call.sendDtmf('#', { via: 'rfc4733' }))
    await pause(2000)
    await call.hangUp()

    expect((await left(callId)).data).toMatchObject({ queue: 'social-security', reason: 'overflow' })
    await centre.admin.post('/calendars/hotline/close', { reason: 'night' })
  })
})

describe.each(variants())('message lamps on $name', (variant) => {
  let centre: Centre
  beforeAll(async () => {
    centre = await Centre.start({ variant, city: 'voicemail-city.yaml', env: { MESSAGE_LAMPS: 'all' } })
    await centre.admin.post('/calendars/hotline/close', { reason: 'night' })
  })
  afterAll(() => centre.stop())

  test('phones of those who serve the queue are told of its messages, as they come and are handled', async () => {
    const phone = await centre.agent('8301', { needs: 'message-lamp' })
    const watch = await phone.watchMessages({ expires: 600 })
    await until(() => watch.told.some((body) => body.includes('Messages-Waiting: no')), 'the lamp is dark')
    const { call, callId } = await speak(centre)
    await pause(2000)
    await call.hangUp()
    const { voicemailId } = (await centre.timeline.until('voicemail.left', (each) => each.callId === callId)).data

    await until(() => watch.told.at(-1)?.includes('Voice-Message: 1/0') === true, 'the lamp is lit')
    expect(watch.told.at(-1)).toMatch(/^Messages-Waiting: yes\r\nMessage-Account: sip:8301@/)
    await centre.admin.put('/agents/8301/groups', { groups: [{ queue: 'social-security', rank: 1 }] })
    await until(() => watch.told.at(-1)?.includes('Voice-Message: 0/0') === true, 'other groups, other messages')
    await centre.admin.put('/agents/8301/groups', { groups: [] })
    await until(() => watch.told.at(-1)?.includes('Voice-Message: 1/0') === true, 'the lamp is lit again')
    await centre.admin.post(`/voicemails/${voicemailId}/handled`)
    await until(() => watch.told.at(-1)?.includes('Voice-Message: 0/1') === true, 'the lamp is dark again')
    const before = watch.told.length
    await watch.stop()
    await until(() => watch.told.length > before, 'the last word')
  })

  /** New messages, as a phone was last told. */
  const newMessages = (told: readonly string[]) => Number(/Voice-Message: (\d+)\//.exec(told.at(-1) ?? '')?.[1])

  async function leaveMessage() {
    const { call, callId } = await speak(centre)
    await pause(2000)
    await call.hangUp()
    await centre.timeline.until('voicemail.left', (each) => each.callId === callId)
  }

  test('the edge is restarted: a phone that subscribed is told to do so anew, and its lamp follows again', async () => {
    const phone = await centre.agent('8302', { needs: 'message-lamp' })
    const watch = await phone.watchMessages({ expires: 600 })
    await until(() => watch.told.length > 0, 'the lamp is told')

    const told = watch.told.length

    await centre.stack.restart('edge')

    // The end of the old subscription and the beginning of the new one.
    await until(() => watch.told.length >= told + 2, 'subscribed anew')
    const before = newMessages(watch.told)
    await leaveMessage()
    await until(() => newMessages(watch.told) === before + 1, 'the lamp follows')
    await watch.stop()
  })

  test('a phone that does not subscribe is told all the same, unless it refuses; so it is after the edge was killed', async () => {
    const options = { ready: false, needs: 'message-lamp' } as const
    const [phone, other] = [await centre.agent('8303', options), await centre.agent('8304', options)]
    phone.takesMessages = true
    await centre.admin.makeReady('8303')
    await centre.admin.makeReady('8304')
    await until(() => phone.told.length > 0 && other.refusedMessages > 0, 'both are told unasked')
    const before = newMessages(phone.told)

    await leaveMessage()

    await until(() => newMessages(phone.told) === before + 1, 'told of the change')
    expect(phone.told.every((body) => body.includes('Message-Account: sip:8303@'))).toBe(true)
    expect(other).toMatchObject({ told: [], refusedMessages: 1 })
    const told = phone.told.length
    await centre.stack.child('edge').kill('SIGKILL')
    await centre.stack.restart('edge')
    await until(() => phone.told.length > told, 'told by the edge that follows')
    expect(newMessages(phone.told)).toBe(before + 1)
  })

  test('a phone with a wrong password is not told of anything', async () => {
    const registrar = { host: '127.0.0.1', port: centre.stack.ports.sip }
    const wrong = centre.phones.phone({ user: '8301', password: 'wrong', registrar, transport: 'udp' })

    await expect(wrong.watchMessages({ expires: 600 })).rejects.toMatchObject({ status: 401 })
  })
})

describe.each(variants())('voicemail without a disk on $name', (variant) => {
  const folder = mkdtempSync(join(tmpdir(), 'yihao-small-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  async function refusedMessage(hotlineEnv: Record<string, string>, talk: (call: TelephoneCall) => Promise<void>) {
    const centre = await Centre.start({ variant, city, hotlineEnv })
    try {
      await centre.admin.post('/calendars/hotline/close', { reason: 'night' })
      const { call, callId } = await centre.call('')
      await talk(call)
      const failed = await centre.timeline.until('voicemail.failed', (each) => each.callId === callId, {
        withinMs: 60_000,
      })
      const released = await centre.timeline.until('call.released', (each) => each.callId === callId, {
        withinMs: 90_000,
      })
      expect(released.data.reason).toBe('no message could be taken')
      expect(call.firstAudioAt).toBeDefined()
      expect((await list(centre)).items).toEqual([])
      expect(centre.timeline.of('voicemail.left')).toEqual([])
      return failed.data.reason
    } finally {
      await centre.stop()
    }
  }

  test('a spool that cannot be written: the caller hears an apology, nothing is listed', async () => {
    const file = join(folder, 'a-file')
    writeFileSync(file, '')

    expect(await refusedMessage({ SPOOL_DIR: join(file, 'spool') }, async () => {})).toMatch(/ENOTDIR/)
  })

  test.skipIf(!canMount())('a spool without room: the same', async () => {
    await withSmallDisk(folder, '512k', async (disk) => {
      expect(await refusedMessage({ SPOOL_DIR: disk }, async () => {})).toMatch(/full/)
    })
  })

  test.skipIf(!canMount())('a disk that is full when the message is stored: the same', async () => {
    await withSmallDisk(folder, '32k', async (disk) => {
      const speakFor = async (call: TelephoneCall) => {
        await until(() => call.firstAudioAt !== undefined, 'the greeting is heard')
        await afterTone(call, voice, () => call.sendDtmf('#', { via: 'rfc4733' }))
        await pause(4000)
        call.sendTone(undefined)
        await call.sendDtmf('#', { via: 'rfc4733' })
        await pause(1000)
        await call.sendDtmf('#', { via: 'rfc4733' })
      }
      expect(await refusedMessage({ SOUNDS_DIR: disk }, speakFor)).toMatch(/ENOSPC/)
    })
  })
})

/** Mounting is for root, and not for root in every container. */
function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'yihao-mount-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'none', folder], { stdio: 'ignore' })
    execFileSync('umount', [folder], { stdio: 'ignore' })
    return true
  } catch {
    return false
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function withSmallDisk(folder: string, size: string, use: (disk: string) => Promise<void>): Promise<void> {
  const disk = mkdtempSync(join(folder, 'disk-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=711`, 'none', disk])
  try {
    await use(disk)
  } finally {
    execFileSync('umount', [disk])
  }
}
