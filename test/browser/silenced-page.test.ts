import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { agentIs } from '../support/agent-page.ts'
import { findChromium, inBrowser, keepPicture } from '../support/browser.ts'
import { browserCentre } from '../support/browser-centre.ts'
import { giveEars, hearsPitch } from '../support/page-ears.ts'
import { listenToSounds, rings } from '../support/page-sounds.ts'
import { until } from '../support/until.ts'

// What a browser lets sound is the same at every switch.
const variant = { name: 'stand-ins', sipServer: 'embedded', mediaSwitch: 'embedded' } as const
const pitch = { agent: 1400, citizen: 1000 } as const

/** Runs in the page, which tells what it shows: whoever asks a page by playwright has touched it. */
const teller = `setInterval(() => {
  const shown = (selector) => document.querySelector(selector)
  const state = shown('[data-test=phone-state]')?.dataset
  const told = {
    warns: shown('[role=alert]')?.innerText.includes('请点一下页面') ?? false,
    line: state?.line,
    call: state?.call,
    bells: players.map(({ context }) => context.state).join(),
  }
  console.log('told ' + JSON.stringify(told))
}, 200)`

interface Told {
  readonly warns: boolean
  readonly line?: string
  readonly call?: string
  readonly bells: string
}

describe.skipIf(!findChromium())('a browser that plays nothing before its page is touched', inBrowser, () => {
  const room = browserCentre({ variant, tone: pitch.agent, silenced: true })

  async function before(page: Page): Promise<void> {
    await giveEars(page)
    await listenToSounds(page)
  }

  /** A desk that nobody has touched since it came, as after a crash of the browser, and what it shows. */
  async function untouched(page: Page) {
    const other = await page.context().newPage()
    let told: Told | undefined
    other.on('console', (line) => {
      if (line.text().startsWith('told ')) told = JSON.parse(line.text().slice('told '.length)) as Told
    })
    await before(other)
    await other.addInitScript({ content: teller })
    const url = page.url()
    await page.close()
    await other.goto(url)
    const shows = (wanted: Partial<Told>) =>
      until(() => JSON.stringify({ ...told, ...wanted }) === JSON.stringify(told), `it shows ${JSON.stringify(wanted)}`)
    return { page: other, shows }
  }

  test('the desk says that it would ring unheard, and rings and talks from the first touch on', async () => {
    const { page, shows } = await untouched(await room.atPhone('8901', before))
    await shows({ warns: true, line: 'registered' })

    const { call } = await room.centre.call('0', { tone: pitch.citizen })
    if ((await room.centre.admin.agentState('8901')) === 'notReady') await room.centre.admin.makeReady('8901')
    await shows({ warns: true, call: 'ringing', bells: 'suspended' })
    await page.mouse.click(2, 2)
    await shows({ warns: false, bells: 'running' })
    await rings(page)
    await keepPicture(page, 'desk-rings-after-touch')
    await page.keyboard.press('F3')

    await hearsPitch(page, pitch.citizen)
    expect(await call.hears(pitch.agent)).toBe(true)
    await call.hangUp()
    await agentIs(page, 'wrapUp')
  })
})
