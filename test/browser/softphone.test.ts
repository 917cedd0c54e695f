import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { findChromium, keepPicture, seriousFindings, TestBrowser } from '../support/browser.ts'
import { Centre, variants } from '../support/centre.ts'
import { giveEars, hearsNoPitch, hearsPitch, writeTone } from '../support/page-ears.ts'
import { until } from '../support/until.ts'

const password = 'a long password'
const pitch = { agent: 1400, citizen: 1000 } as const

describe.skipIf(!findChromium()).each(variants())('phones in a browser on $name', { timeout: 120_000 }, (variant) => {
  let centre: Centre
  let url = ''
  const sounds = mkdtempSync(join(tmpdir(), 'yihao-tones-'))
  const browsers = {} as Record<keyof typeof pitch, TestBrowser>
  const pages: Page[] = []
  beforeAll(async () => {
    for (const who of ['agent', 'citizen'] as const) {
      const sound = join(sounds, `${who}.wav`)
      writeTone(sound, pitch[who])
      browsers[who] = await TestBrowser.start({ sound })
    }
    centre = await Centre.start({ variant, city: 'desk-city.yaml', tickets: {}, env: { CITIZEN_PHONE: 'on' } })
    url = `http://127.0.0.1:${centre.stack.ports.http}`
  })
  afterEach(async () => {
    await Promise.all(pages.splice(0).map((page) => page.close()))
    await centre.clear()
  })
  afterAll(async () => {
    await Promise.all(Object.values(browsers).map((browser) => browser.close()))
    await centre.stop()
    rmSync(sounds, { recursive: true })
  })

  const phoneIs = (page: Page, state: string) =>
    page.locator(`[data-test=phone-state][data-call=${state}]`).waitFor({ timeout: 30_000 })

  /** An agent whose phone is the browser, ready. */
  async function atBrowserPhone(agentId: string): Promise<Page> {
    await centre.admin.createAgent({ agentId, name: agentId, phonePassword: password, languages: ['cmn', 'en'] })
    await centre.admin.post('/users', { username: agentId, password, role: 'agent', agentId })
    const page = await browsers.agent.login({ url, username: agentId, password, path: '/desk', before: giveEars })
    pages.push(page)
    await page.getByTestId('phone-kind').selectOption('browser')
    await page.getByRole('button', { name: '签入' }).click()
    await page.locator('.state[data-state=notReady]').waitFor()
    await page.keyboard.press('F2')
    await page.locator('.state[data-state=ready]').waitFor()
    return page
  }

  /** A citizen who dialled 12345 and hears the welcome, and presses 0. */
  async function citizenCalls(): Promise<Page> {
    const page = await browsers.citizen.open(`${url}/phone`, { width: 800, height: 700 }, giveEars)
    pages.push(page)
    await page.locator('[data-test=phone-state][data-line=registered]').waitFor()
    await page.getByRole('button', { name: '拨打' }).click()
    await phoneIs(page, 'talking')
    const heard = page.getByTestId('other-level')
    await until(async () => Number(await heard.getAttribute('value')) > 0.4, 'the prompt is heard', 30_000)
    await page.getByRole('button', { name: '0', exact: true }).click()
    return page
  }

  test('caller and agent in two tabs: pop before the answer, voices both ways, mute, hold, hang up', async () => {
    const agent = await atBrowserPhone('8201')
    const citizen = await citizenCalls()
    await phoneIs(agent, 'ringing')
    await agent.locator('.state[data-state=ringing]').waitFor()
    expect(await agent.getByTestId('number').innerText()).toBe('anonymous')
    await keepPicture(agent, `softphone-rings-${variant.sipServer}`)

    await agent.keyboard.press('F3')
    await phoneIs(agent, 'talking')
    await Promise.all([hearsPitch(agent, pitch.citizen), hearsPitch(citizen, pitch.agent)])
    await agent.locator('.network[data-grade=good]').waitFor()
    await keepPicture(agent, `softphone-talks-${variant.sipServer}`)
    await keepPicture(citizen, `citizen-talks-${variant.sipServer}`)

    await agent.keyboard.press('Alt+m')
    await hearsNoPitch(citizen, pitch.agent)
    await agent.keyboard.press('Alt+m')
    await hearsPitch(citizen, pitch.agent)

    await agent.keyboard.press('F4')
    await Promise.all([hearsNoPitch(agent, pitch.citizen), hearsNoPitch(citizen, pitch.agent)])
    await agent.keyboard.press('F4')
    await Promise.all([hearsPitch(agent, pitch.citizen), hearsPitch(citizen, pitch.agent)])

    await citizen.getByTestId('hang-up').click()
    await phoneIs(agent, 'none')
    await agent.locator('.state[data-state=wrapUp]').waitFor()
  })

  test('a page that is closed is no phone any more: nobody can log in at it', async () => {
    const agent = await atBrowserPhone('8203')
    await agent.close()

    const login = () =>
      centre.admin.post('/agents/8203/login', { extension: 'web-8203' }).then(
        () => 'there',
        (error: Error) => error.message,
      )
    await until(async () => (await login()).includes('phone-not-registered'), 'the phone is gone', 30_000)
  })

  test("axe finds nothing serious on the citizen's page, and no page broke a rule", async () => {
    const page = await browsers.citizen.open(`${url}/phone`)
    pages.push(page)

    expect(await seriousFindings(page)).toEqual([])
    await keepPicture(page, `citizen-${variant.sipServer}`)
    expect([...browsers.agent.faults, ...browsers.citizen.faults]).toEqual([])
  })
})
