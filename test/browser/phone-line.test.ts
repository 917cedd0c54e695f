import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { agentIs, lineIs, password, phoneIs, talkSays } from '../support/agent-page.ts'
import { findChromium, inBrowser } from '../support/browser.ts'
import { browserCentre, hearEachOther } from '../support/browser-centre.ts'
import { variants } from '../support/centre.ts'
import { giveEars, hearsPitch } from '../support/page-ears.ts'
import { canSleep, fallAsleep, stopClock } from '../support/sleeping-page.ts'
import { until } from '../support/until.ts'

const pitch = { agent: 1400, citizen: 1000 } as const

describe.skipIf(!findChromium()).each(variants())("a browser's phone and its line on $name", inBrowser, (variant) => {
  const room = browserCentre({ variant, tone: pitch.agent })

  const before = async (page: Page) => {
    await giveEars(page)
    await canSleep(page)
  }

  const agentAt = (agentId: string, prepare = before) => room.atPhone(agentId, prepare)

  const talk = (page: Page) => room.talk(page, pitch)

  test('the SIP server starts anew: the phone is back by itself and rings', async () => {
    const page = await agentAt('8301')

    await room.centre.stack.child('sip-server').kill('SIGKILL')
    await lineIs(page, 'lost')
    await room.centre.stack.restart('sip-server')
    await lineIs(page, 'registered')

    const { call } = await talk(page)
    await call.hangUp()
    await phoneIs(page, 'none')
  })

  test('the SIP server starts anew in mid-call: voices go on, hold and the end are heard of as before', async () => {
    const page = await agentAt('8302')
    const { call, callId } = await talk(page)

    await room.centre.stack.child('sip-server').kill('SIGKILL')
    await lineIs(page, 'lost')
    expect(await call.hears(pitch.agent, { withinMs: 20_000 })).toBe(true)
    await room.centre.stack.restart('sip-server')
    await lineIs(page, 'registered')

    await phoneIs(page, 'talking')
    await hearsPitch(page, pitch.citizen)
    await page.keyboard.press('F4')
    await room.centre.timeline.until('call.held', (data) => data.callId === callId)
    await talkSays(page, '保持')
    await page.keyboard.press('F4')
    await room.centre.timeline.until('call.retrieved', (data) => data.callId === callId)
    await hearEachOther(page, call, pitch)
    await page.getByTestId('hang-up').click()
    await agentIs(page, 'wrapUp')
    await room.centre.timeline.until('call.released', (data) => data.callId === callId && data.by === 'agent')
  })

  test('one agent, one active phone: a second window has it, until it is used in the first one again; each is told at once', async () => {
    // A page asks for its line every 30 s by its own clock, which would be too late.
    const told = async (page: Page) => {
      await giveEars(page)
      await stopClock(page)
    }
    const first = await agentAt('8306', told)
    const { browser, url } = room
    const second = await browser.login({ url, username: '8306', password, path: '/desk', before: told })

    await lineIs(second, 'registered')
    await lineIs(first, 'elsewhere')
    const { call } = await talk(second)
    await phoneIs(first, 'none')
    await call.hangUp()
    await phoneIs(second, 'none')

    await first.getByRole('button', { name: '在此启用' }).click()
    await lineIs(first, 'registered')
    await lineIs(second, 'elsewhere')
    await first.getByRole('button', { name: '就绪' }).click()
    await agentIs(first, 'ready')
    await (await talk(first)).call.hangUp()
  })

  test('another page is looked at in mid-call: voices go on; a call that rings brings the desk back', async () => {
    const page = await agentAt('8305')
    const { call } = await talk(page)

    await page.getByRole('link', { name: '工单' }).click()
    await page.waitForURL('**/tickets')

    await hearEachOther(page, call, pitch)
    await call.hangUp()
    await until(async () => (await room.centre.admin.agentState('8305')) === 'wrapUp', 'the call is over')
    await room.centre.admin.post('/agents/8305/ready')
    await room.centre.call('0', { tone: pitch.citizen })
    await page.waitForURL('**/desk')
    await phoneIs(page, 'ringing')
  })

  test('the page is loaded again in mid-call: the citizen hears music, and then the agent again', async () => {
    const page = await agentAt('8303')
    const { call, callId } = await talk(page)

    await page.reload()
    await room.centre.timeline.until('call.phone-lost', (data) => data.callId === callId)
    await room.centre.timeline.until('call.phone-returned', (data) => data.callId === callId)

    await phoneIs(page, 'talking')
    await hearEachOther(page, call, pitch)
    await page.getByTestId('hang-up').click()
    await agentIs(page, 'wrapUp')
    const { data } = await room.centre.timeline.until('call.released', (data) => data.callId === callId)
    expect(data.by).toBe('agent')
  })

  test('a page that sleeps behind another tab gets its line back, and rings and pops', async () => {
    const page = await agentAt('8304')
    await fallAsleep(page)

    await room.centre.stack.child('sip-server').kill('SIGKILL')
    await lineIs(page, 'lost')
    await room.centre.stack.restart('sip-server')
    await lineIs(page, 'registered')
    const { call, from } = await room.centre.call('0')

    await phoneIs(page, 'ringing')
    await page.getByTestId('number').waitFor()
    expect(await page.getByTestId('number').innerText()).toBe(from.user)
    await until(async () => (await page.title()).includes('☎'), 'the tab tells of the call', 30_000)
    await call.hangUp()
    await phoneIs(page, 'none')
  })
})
