import type { Locator, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { HotlineClient } from '../../scripts/client/hotline-client.ts'
import { password } from '../support/agent-page.ts'
import { findChromium, findingsNow, giveAxe, inBrowser, keepPicture, seriousFindings } from '../support/browser.ts'
import { browserCentre } from '../support/browser-centre.ts'
import { until } from '../support/until.ts'

// Looks are the same at every switch.
const variant = { name: 'stand-ins', sipServer: 'embedded', mediaSwitch: 'embedded' } as const

/** The paths that the pages' own router knows, asked of a page. */
const routesOfApp = `[...document.querySelector('#app').__vue_app__.config.globalProperties.$router.getRoutes()].map(({ path }) => path)`

/** How wide a page is beside its window, and the pixels of its smallest text as drawn. */
const drawn = `(() => {
  const written = [...document.querySelectorAll('main, main *, header *')].filter((each) =>
    each.checkVisibility() && [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== ''))
  const sizes = written.map((each) => parseFloat(getComputedStyle(each).fontSize) * each.currentCSSZoom)
  return { beyond: document.documentElement.scrollWidth - innerWidth, smallest: Math.min(...sizes) }
})()`

describe.skipIf(!findChromium())('every page', { ...inBrowser, timeout: 300_000 }, () => {
  let ticketId = ''
  const room = browserCentre({
    variant,
    prepare: async ({ stack, admin }) => {
      const office = HotlineClient.with(`http://127.0.0.1:${stack.ports.tickets}`, admin.token)
      const matter = { channel: 'web', callerNumber: '13800009999', matter: { title: '噪音扰民' } }
      ;({ ticketId } = await office.post<{ ticketId: string }>('/tickets', matter))
    },
  })

  const overseerAt = (path: string) =>
    room.browser.login({ url: room.url, username: 'zhang', password, path, before: giveAxe })

  /** What was opened in a page: nothing serious is wrong with it in either look, and there is a picture of it. */
  async function isSound(page: Page, what: string): Promise<void> {
    for (const look of ['light', 'dark']) {
      await page.evaluate(`document.documentElement.classList.toggle('dark', ${look === 'dark'})`)
      expect(await findingsNow(page), `${what}, ${look}`).toEqual([])
      await keepPicture(page, `opened-${what}-${look}`)
    }
    await page.evaluate(`document.documentElement.classList.remove('dark')`)
  }

  test('axe finds nothing serious, light or dark, and no page broke a rule; no page is left out', async () => {
    const { browser, url } = room
    const visitor = await browser.open(`${url}/login`)
    const { page: agent } = await room.atDesk('8104')
    const overseer = await overseerAt('/supervisor')
    const looked: readonly [page: Page, paths: readonly string[]][] = [
      [visitor, ['/login', '/phone']],
      [agent, ['/desk']],
      [overseer, ['/supervisor', '/wallboard', '/tickets', `/tickets/${ticketId}`, '/menus']],
      [overseer, ['/reports#intervals', '/reports#agentReport', '/reports#staffing']],
    ]

    for (const [page, paths] of looked)
      for (const look of ['light', 'dark'])
        for (const path of paths) {
          await page.evaluate(`localStorage.setItem('yihao.look', '${look}')`)
          await page.goto(`${url}${path}`)
          expect(await seriousFindings(page), `${path}, ${look}`).toEqual([])
          const name = path.replace(ticketId, 'one').replaceAll(/[^a-z]+/gi, '-')
          await keepPicture(page, `${name.slice(1)}-${look}`)
        }

    const routes = (await overseer.evaluate<string[]>(routesOfApp)).filter((path) => path !== '/')
    const seen = looked.flatMap(([, paths]) =>
      paths.map((path) => path.replace(ticketId, ':ticketId').replace(/#.*/, '')),
    )
    expect([...new Set(seen)].sort()).toEqual(routes.sort())
    expect(browser.faults).toEqual([])
  })

  test('a screen of 4K shows no page tiny or wider than itself, and lists open where they belong', async () => {
    const { browser, url } = room
    const size = { width: 3840, height: 2160 }
    const page = await browser.login({ url, username: 'zhang', password, path: '/supervisor', size })
    const paths = [
      '/supervisor',
      '/wallboard',
      `/tickets/${ticketId}`,
      '/menus',
      '/reports#staffing',
      '/phone',
      '/tickets',
    ]
    for (const path of paths) {
      await page.goto(`${url}${path}`)
      await page.locator('main').waitFor()
      const { beyond, smallest } = await page.evaluate<{ beyond: number; smallest: number }>(drawn)
      expect(beyond, path).toBe(0)
      expect(smallest, path).toBeGreaterThan(22)
      await keepPicture(
        page,
        `4k-${path
          .replace(ticketId, 'one')
          .replaceAll(/[^a-z]+/gi, '-')
          .slice(1)}`,
      )
    }

    const select = page.locator('.el-select').first()
    await select.click()
    const list = page.locator('.el-select-dropdown').filter({ visible: true })
    await list.getByRole('option').first().waitFor()
    const placeOf = async (part: Locator) => {
      const { x, width } = (await part.boundingBox()) ?? { x: Number.NaN, width: Number.NaN }
      return [x, x + width]
    }
    const apart = async () => {
      const [field, opened] = [await placeOf(select), await placeOf(list)]
      return Math.max(...field.map((edge, index) => Math.abs(edge - (opened[index] ?? Number.NaN))))
    }
    // Borders are drawn twice as wide, too.
    await until(async () => (await apart()) < 10, 'the list begins and ends where its field does', 30_000)
    await keepPicture(page, '4k-list')
  })

  test('axe finds nothing serious in what opens on the pages: a call, its keys, forms, parts and drawings', async () => {
    const { page: desk, phone } = await room.atDesk('8105')
    await giveAxe(desk)
    await desk.reload()
    const { call, callId } = await room.centre.call('0')
    await desk.getByTestId('number').waitFor()
    await isSound(desk, 'desk-ringing')
    await (await phone.nextCall({ withinMs: 30_000 })).answer()
    await desk.getByTestId('ticket-state').waitFor()
    await desk.keyboard.press('Alt+e')
    await desk.getByRole('button', { name: '110 公安' }).waitFor()
    await isSound(desk, 'desk-emergency')

    const supervisor = await overseerAt('/supervisor')
    await supervisor.locator(`[data-call="${callId}"]`).waitFor()
    await supervisor.locator('[data-agent="8105"]').getByRole('button', { name: '调组' }).click()
    await isSound(supervisor, 'supervisor-groups')
    await supervisor.getByRole('button', { name: '公告' }).click()
    await supervisor.locator('#notice-text').waitFor()
    await isSound(supervisor, 'supervisor-announcements')
    await call.hangUp()
    await room.centre.timeline.until('call.released', (data) => data.callId === callId)
    await supervisor.getByRole('button', { name: '通话记录' }).click()
    await supervisor.getByRole('button', { name: '查询' }).click()
    await supervisor.getByRole('button', { name: '通话轨迹' }).first().click()
    await supervisor.getByTitle('call.released').waitFor()
    await isSound(supervisor, 'supervisor-timeline')

    const board = await overseerAt('/wallboard')
    await board.getByRole('button', { name: '阈值' }).click()
    await board.getByRole('spinbutton').first().waitFor()
    await isSound(board, 'wallboard-thresholds')
    const ticket = await overseerAt(`/tickets/${ticketId}`)
    await ticket.getByRole('button', { name: '登记', exact: true }).click()
    await ticket.locator('#field-kind').waitFor()
    await ticket.getByText('流程图').click()
    await ticket.locator('g.node[data-current]').waitFor()
    await isSound(ticket, 'ticket-step')
    const menus = await overseerAt('/menus')
    await menus.getByRole('button', { name: '呼叫', exact: true }).click()
    await menus.locator('[data-menu=language][data-current]').waitFor()
    await isSound(menus, 'menus-dry-run')
    const inBrowser = await room.atPhone('8106', giveAxe)
    await inBrowser.locator('.phone summary').click()
    await isSound(inBrowser, 'desk-headset')
    expect(room.browser.faults).toEqual([])
  })
})
