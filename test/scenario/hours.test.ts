import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Centre, variants } from '../support/centre.ts'
import { until } from '../support/until.ts'

describe.each(variants())('hours of a line on $name', (variant) => {
  let centre: Centre
  beforeAll(async () => {
    centre = await Centre.start({ variant })
  })
  afterEach(() => centre.clear())
  afterAll(() => centre.stop())

  const at = () => centre.admin.get<{ open: boolean; reason: string }>('/calendars/hotline/at')

  test('a line closed by command says so and ends the call; reopened, the next caller reaches a person', async () => {
    await centre.agent('7001', { onCall: { kind: 'answer', afterMs: 0 } })
    expect((await at()).open).toBe(true)
    await centre.admin.post('/calendars/hotline/close', { reason: 'typhoon' })
    expect(await at()).toMatchObject({ open: false, reason: expect.stringContaining('typhoon') })

    const { call, callId } = await centre.call('')
    const turnedAway = await centre.timeline.until('call.turned-away', (data) => data.callId === callId)
    expect(turnedAway.data.calendarId).toBe('hotline')
    await until(() => call.firstAudioAt !== undefined, 'the caller hears the announcement')
    const released = await centre.timeline.until('call.released', (data) => data.callId === callId, {
      withinMs: 90_000,
    })
    expect(released.data).toMatchObject({ by: 'system', reason: 'line is closed' })
    await centre.admin.post('/calendars/hotline/reopen')

    const next = await centre.call('0')
    await centre.timeline.until('call.bridged', (data) => data.callId === next.callId)
    expect(centre.timeline.of('calendar.closed')).toHaveLength(1)
    expect(centre.timeline.of('calendar.reopened')).toHaveLength(1)
    await next.call.hangUp()
  })

  test('a closing outlives a restart of the hotline', async () => {
    await centre.admin.post('/calendars/hotline/close', { reason: 'flood' })
    await centre.restartHotline()

    expect((await at()).open).toBe(false)
    await centre.admin.post('/calendars/hotline/reopen')
    expect((await at()).open).toBe(true)
  })
})
