import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Centre, variants } from '../support/centre.ts'
import { toneFile } from '../support/tone.ts'
import { until } from '../support/until.ts'

const tones = { caller: 440, agent: 1000, cmn: 1500, yue: 2000, en: 2600, all: 3100 }

const sound = (frequency: number, ms = 800) => ({ wav: toneFile(frequency, ms).toString('base64') })
const inAll = () => ({ cmn: sound(tones.cmn), yue: sound(tones.yue), en: sound(tones.en) })

describe.each(variants())('incident announcements on $name', (variant) => {
  let centre: Centre
  beforeAll(async () => {
    centre = await Centre.start({ variant })
  })
  afterEach(async () => {
    await centre.clear()
    for (const { line } of await centre.admin.get<{ line: string }[]>('/incident-announcements'))
      await centre.admin.delete(`/incident-announcements/${line}`)
  })
  afterAll(() => centre.stop())

  const announce = (line: string, body: object) => centre.admin.put(`/incident-announcements/${line}`, body)
  /** Dials and hears, one tone after the other. */
  async function hearsFirst(...expected: number[]) {
    const { call, callId } = await centre.call('')
    const heard = expected.map((tone) => call.hears(tone))
    expect(await Promise.all(heard)).toEqual(expected.map(() => true))
    return { call, callId }
  }
  const played = (callId: string) =>
    centre.timeline.of('call.incident-played').some(({ data }) => data.callId === callId)

  test('every new caller hears it in all languages before the menu; a key goes on at once and counts', async () => {
    await centre.agent('5301', { onCall: { kind: 'answer', afterMs: 0, tone: tones.agent } })
    await announce('12345', { languages: inAll() })

    const patient = await hearsFirst(tones.cmn, tones.yue, tones.en)
    expect(played(patient.callId)).toBe(true)
    await patient.call.sendDtmf('0', { via: 'rfc4733' })
    expect(await patient.call.hears(tones.agent)).toBe(true)
    await patient.call.hangUp()
    await centre.timeline.until('call.released', ({ callId }) => callId === patient.callId)
    await until(async () => (await centre.admin.agentState('5301')) === 'ready', 'the agent is ready')

    const hurried = await hearsFirst(tones.cmn)
    await hurried.call.sendDtmf('0', { via: 'rfc4733' })
    expect(await hurried.call.hears(tones.agent)).toBe(true)
    await hurried.call.hangUp()
  })

  test('one for all lines and one for the line are both heard; withdrawn ones are not, and the log knows who', async () => {
    const all = Object.fromEntries(['cmn', 'yue', 'en'].map((language) => [language, sound(tones.all, 400)]))
    await announce('all', { languages: all })
    await announce('12345', { languages: inAll() })
    const { call } = await hearsFirst(tones.all, tones.cmn)
    await call.hangUp()

    await centre.admin.delete('/incident-announcements/12345')
    await centre.admin.delete('/incident-announcements/all')

    const quiet = await centre.call('')
    await centre.timeline.until('call.accepted', ({ callId }) => callId === quiet.callId)
    expect(await quiet.call.hears(tones.all, { withinMs: 1500 })).toBe(false)
    expect(played(quiet.callId)).toBe(false)
    expect(
      centre.timeline
        .of('incident.withdrawn')
        .slice(-2)
        .map(({ data }) => [data.line, data.by]),
    ).toEqual([
      ['12345', 'admin'],
      [null, 'admin'],
    ])
    await expect(centre.admin.delete('/incident-announcements/all')).rejects.toMatchObject({ code: 'incident-unknown' })
    await quiet.call.hangUp()
  })

  test('those who wait hear it once more between the music, in their own language', async () => {
    const waiting = await centre.call('0')
    await centre.timeline.until('call.queued', ({ callId }) => callId === waiting.callId)

    await announce('all', { languages: inAll(), toWaiting: true })

    expect(await waiting.call.hears(tones.cmn, { withinMs: 90_000 })).toBe(true)
    expect(await waiting.call.hears(tones.yue, { withinMs: 1500 })).toBe(false)
    await waiting.call.hangUp()
  })

  test('it survives a restart of the hotline, and ends by itself at its time', async () => {
    await announce('all', { languages: inAll(), until: new Date(Date.now() + 20_000).toISOString() })
    await centre.restartHotline()
    const { call } = await hearsFirst(tones.cmn)
    await call.hangUp()

    const over = await centre.timeline.until('incident.withdrawn', ({ by }) => by === null)

    expect(over.data.line).toBe(null)
    expect(await centre.admin.get('/incident-announcements')).toEqual([])
  })

  test('a text is spoken in every language', async () => {
    await announce('all', {
      languages: {
        cmn: { text: '城东停水，预计今晚八点恢复。' },
        yue: { text: '城東停水，預計今晚八點恢復。' },
        en: { text: 'No water in the east of the city until eight tonight.' },
      },
    })

    const { call, callId } = await centre.call('')
    await until(() => played(callId), 'the caller hears of it')
    await until(() => call.firstAudioAt !== undefined, 'there is sound')
    const announced = centre.timeline.of('incident.announced').at(-1)
    expect(announced?.data.texts.map(({ text }) => text?.slice(0, 2))).toEqual(['城东', '城東', 'No'])
    await call.hangUp()
  })

  test.each([
    ['a language is missing', { languages: { cmn: sound(tones.cmn) } }, /yue.*every language/],
    ['a language nobody can choose', { languages: { ...inAll(), fr: sound(500) } }, /fr: no menu/],
    ['no WAV file', { languages: { ...inAll(), en: { wav: Buffer.from('mp3').toString('base64') } } }, /en: not a WAV/],
    ['no sound in it', { languages: { ...inAll(), en: sound(500, 0) } }, /en: 0.0 s/],
    ['too long', { languages: { ...inAll(), en: sound(500, 121_000) } }, /en: 121.0 s/],
    ['over already', { languages: inAll(), until: '2020-01-01T00:00:00Z' }, /over already/],
  ])('refused: %s; what was announced stays', async (_what, body, reason) => {
    await announce('all', { languages: inAll() })

    await expect(announce('all', body)).rejects.toMatchObject({ status: 400, code: 'incident-refused' })
    await expect(announce('all', body)).rejects.toThrow(reason)

    expect(await centre.admin.get<object[]>('/incident-announcements')).toHaveLength(1)
  })
})
