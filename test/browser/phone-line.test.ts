import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { findChromium, TestBrowser } from '../support/browser.ts'
import { Centre, variants } from '../support/centre.ts'
import { giveEars, hearsPitch, writeTone } from '../support/page-ears.ts'
import { canSleep, fallAsleep } from '../support/sleeping-page.ts'
import { until } from '../support/until.ts'

const password = 'a long password'
const pitch = { agent: 1400, citizen: 1000 } as const

describe.skipIf(!findChromium()).each(variants())(
  "a browser's phone and its line on $name",
  { timeout: 120_000 },
  (variant) => {
    let centre: Centre
    let browser: TestBrowser
    let url = ''
    const sounds = mkdtempSync(join(tmpdir(), 'yihao-tones-'))
    const pages: Page[] = []
    beforeAll(async () => {
      const sound = join(sounds, 'agent.wav')
      writeTone(sound, pitch.agent)
      browser = await TestBrowser.start({ sound })
      centre = await Centre.start({ variant, city: 'desk-city.yaml' })
      url = `http://127.0.0.1:${centre.stack.ports.http}`
    })
    afterEach(async () => {
      await Promise.all(pages.splice(0).map((page) => page.context().close()))
      await centre.clear()
    })
    afterAll(async () => {
      await browser.close()
      await centre.stop()
      rmSync(sounds, { recursive: true })
    })

    const phoneIs = (page: Page, state: string) =>
      page.locator(`[data-test=phone-state][data-call=${state}]`).waitFor({ timeout: 30_000 })
    const lineIs = (page: Page, line: string) =>
      page.locator(`[data-test=phone-state][data-line=${line}]`).waitFor({ timeout: 30_000 })
    const agentIs = (page: Page, state: string) =>
      page.locator(`.state[data-state=${state}]`).waitFor({ timeout: 30_000 })

    const before = async (page: Page) => {
      await giveEars(page)
      await canSleep(page)
    }

    /** An agent whose phone is the browser, ready. */
    async function atBrowserPhone(agentId: string): Promise<Page> {
      await centre.admin.createAgent({ agentId, name: agentId, phonePassword: password, languages: ['cmn', 'en'] })
      await centre.admin.post('/users', { username: agentId, password, role: 'agent', agentId })
      const page = await browser.login({ url, username: agentId, password, path: '/desk', before })
      pages.push(page)
      await page.getByTestId('phone-kind').selectOption('browser')
      await page.getByRole('button', { name: '签入' }).click()
      await agentIs(page, 'notReady')
      await page.keyboard.press('F2')
      await agentIs(page, 'ready')
      return page
    }

    /** A citizen calls, the page rings, the agent answers, and both hear each other. */
    async function talk(page: Page) {
      const { call, callId } = await centre.call('0', { tone: pitch.citizen })
      await phoneIs(page, 'ringing')
      await page.keyboard.press('F3')
      await phoneIs(page, 'talking')
      await hearsPitch(page, pitch.citizen)
      expect(await call.hears(pitch.agent, { withinMs: 20_000 })).toBe(true)
      return { call, callId }
    }

    test('the SIP server starts anew: the phone is back by itself and rings', async () => {
      const page = await atBrowserPhone('8301')

      await centre.stack.child('sip-server').kill('SIGKILL')
      await lineIs(page, 'lost')
      await centre.stack.restart('sip-server')
      await lineIs(page, 'registered')

      const { call } = await talk(page)
      await call.hangUp()
      await phoneIs(page, 'none')
    })

    test('the SIP server starts anew in mid-call: voices go on, hold and the end are heard of as before', async () => {
      const page = await atBrowserPhone('8302')
      const { call, callId } = await talk(page)

      await centre.stack.child('sip-server').kill('SIGKILL')
      await lineIs(page, 'lost')
      expect(await call.hears(pitch.agent, { withinMs: 20_000 })).toBe(true)
      await centre.stack.restart('sip-server')
      await lineIs(page, 'registered')

      await phoneIs(page, 'talking')
      await hearsPitch(page, pitch.citizen)
      await page.keyboard.press('F4')
      await centre.timeline.until('call.held', (data) => data.callId === callId)
      await page.locator('.call .talk').filter({ hasText: '保持' }).waitFor()
      await page.keyboard.press('F4')
      await centre.timeline.until('call.retrieved', (data) => data.callId === callId)
      await hearsPitch(page, pitch.citizen)
      expect(await call.hears(pitch.agent, { withinMs: 20_000 })).toBe(true)
      await page.getByTestId('hang-up').click()
      await agentIs(page, 'wrapUp')
      await centre.timeline.until('call.released', (data) => data.callId === callId && data.by === 'agent')
    })

    test('another page is looked at in mid-call: voices go on; a call that rings brings the desk back', async () => {
      const page = await atBrowserPhone('8305')
      const { call } = await talk(page)

      await page.getByRole('link', { name: '工单' }).click()
      await page.waitForURL('**/tickets')

      await hearsPitch(page, pitch.citizen)
      expect(await call.hears(pitch.agent, { withinMs: 20_000 })).toBe(true)
      await call.hangUp()
      await until(async () => (await centre.admin.agentState('8305')) === 'wrapUp', 'the call is over')
      await centre.admin.post('/agents/8305/ready')
      await centre.call('0', { tone: pitch.citizen })
      await page.waitForURL('**/desk')
      await phoneIs(page, 'ringing')
    })

    test('the page is loaded again in mid-call: the citizen hears music, and then the agent again', async () => {
      const page = await atBrowserPhone('8303')
      const { call, callId } = await talk(page)

      await page.reload()
      await centre.timeline.until('call.phone-lost', (data) => data.callId === callId)
      await centre.timeline.until('call.phone-returned', (data) => data.callId === callId)

      await phoneIs(page, 'talking')
      await hearsPitch(page, pitch.citizen)
      expect(await call.hears(pitch.agent, { withinMs: 20_000 })).toBe(true)
      await page.getByTestId('hang-up').click()
      await agentIs(page, 'wrapUp')
      const { data } = await centre.timeline.until('call.released', (data) => data.callId === callId)
      expect(data.by).toBe('agent')
    })

    test('a page that sleeps behind another tab gets its line back, and rings and pops', async () => {
      const page = await atBrowserPhone('8304')
      await fallAsleep(page)

      await centre.stack.child('sip-server').kill('SIGKILL')
      await lineIs(page, 'lost')
      await centre.stack.restart('sip-server')
      await lineIs(page, 'registered')
      const { call, from } = await centre.call('0')

      await phoneIs(page, 'ringing')
      await page.getByTestId('number').waitFor()
      expect(await page.getByTestId('number').innerText()).toBe(from.user)
      await until(async () => (await page.title()).includes('☎'), 'the tab tells of the call', 30_000)
      await call.hangUp()
      await phoneIs(page, 'none')
    })
  },
)
