import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { HotlineClient } from '../../scripts/client/hotline-client.ts'
import { consult } from '../support/agent-page.ts'
import { findChromium, inBrowser, keepPicture } from '../support/browser.ts'
import { type BrowserCentre, browserCentre } from '../support/browser-centre.ts'
import { variants } from '../support/centre.ts'
import { until } from '../support/until.ts'

interface Written {
  readonly ticketId: string
  readonly revision: number
  readonly matter: { readonly title: string; readonly content: string; readonly address: string }
}

describe.skipIf(!findChromium()).each(variants())('the ticket form in a browser on $name', inBrowser, (variant) => {
  let tickets: HotlineClient
  const room = browserCentre({
    variant,
    prepare: async ({ stack, admin }) => {
      tickets = HotlineClient.with(`http://127.0.0.1:${stack.ports.tickets}`, admin.token)
    },
  })

  /** A call that the agent at a desk has answered, its ticket open. */
  async function talking({ page, phone }: Awaited<ReturnType<BrowserCentre['atDesk']>>) {
    const placed = await room.centre.call('0')
    await (await phone.nextCall()).answer()
    await untilForm(page, '')
    return placed
  }
  const untilForm = async (page: Page, subject: string) => {
    await page.locator('form:not([inert]) #subject').waitFor()
    await until(async () => (await page.inputValue('#subject')) === subject, `the form says ${subject}`, 30_000)
  }
  const told = (page: Page, words: string) => page.locator('.form .told').filter({ hasText: words }).waitFor()
  const ticketOf = async (callId: string) => (await tickets.get<{ ticket: Written }>(`/calls/${callId}/ticket`)).ticket
  const untilWritten = (callId: string, matter: Partial<Written['matter']>) =>
    until(
      async () =>
        Object.entries({ ...(await ticketOf(callId)).matter, ...matter }).toString() ===
        Object.entries((await ticketOf(callId)).matter).toString(),
      `the ticket says ${Object.values(matter)}`,
      30_000,
    )

  test('what is typed is saved by itself; the next call finds an empty form that says nothing of saving', async () => {
    const desk = await room.atDesk('8701')
    const { page, phone } = desk
    const { call, callId } = await talking(desk)

    await page.fill('#subject', '路灯不亮')
    await told(page, '已暂存')
    await untilWritten(callId, { title: '路灯不亮' })
    await call.hangUp()
    await page.locator('.state[data-state=wrapUp]').waitFor()
    const next = await room.centre.call('0')
    await page.fill('#content', '三号楼前')
    await page.keyboard.press('F2')
    await (await phone.nextCall()).answer()
    await untilForm(page, '')

    expect(await page.locator('.form .told').innerText()).toBe('')
    await untilWritten(callId, { title: '路灯不亮', content: '三号楼前' })
    expect((await ticketOf(next.callId)).matter).toMatchObject({ title: '', content: '' })
  })

  test('a reload in mid-word loses none, nor does leaving the page; the answer stays in the tab', async () => {
    const desk = await room.atDesk('8702')
    const { page } = desk
    const { callId } = await talking(desk)

    await page.fill('#answer', '已告知维修时间')
    await page.fill('#subject', '井盖缺失')
    await page.reload()
    await untilForm(page, '井盖缺失')
    expect(await page.inputValue('#answer')).toBe('已告知维修时间')
    // The page before may have saved it on its way out: this one knows of it when it keeps nothing any more.
    const keepsNothing = () =>
      page.evaluate<boolean>("Object.keys(sessionStorage).every((key) => !key.startsWith('yihao.draft'))")
    await until(keepsNothing, 'the subject is saved', 30_000)
    await page.fill('#content', '人民路口')
    await page.goto('about:blank')

    await untilWritten(callId, { title: '井盖缺失', content: '人民路口' })
  })

  test('while the ticket service is away the form says so and keeps the text, and saves it afterwards', async () => {
    const desk = await room.atDesk('8703')
    const { page } = desk
    const { callId } = await talking(desk)
    await page.route('**/matter', (route) => route.abort())

    await page.fill('#subject', '噪声扰民')
    await told(page, '未能暂存')
    await keepPicture(page, `desk-not-saved-${variant.sipServer}`)
    expect((await ticketOf(callId)).matter.title).toBe('')
    await page.unroute('**/matter')

    await told(page, '已暂存')
    await untilWritten(callId, { title: '噪声扰民' })
  })

  test('what somebody else wrote comes into the form; the same field stays as typed, marked, until the agent saves it', async () => {
    const desk = await room.atDesk('8704')
    const { page } = desk
    const { callId } = await talking(desk)
    await page.fill('#subject', '路灯不亮')
    await told(page, '已暂存')
    const { ticketId, revision, matter } = await ticketOf(callId)
    const theirs = { ...matter, title: '路灯坏了', content: '三号楼前' }
    await tickets.put(`/tickets/${ticketId}/matter`, { ...theirs, revision })

    await page.fill('#subject', '路灯全灭')
    await told(page, '他人改了同一处')

    expect(await page.inputValue('#content')).toBe('三号楼前')
    expect(await page.inputValue('#subject')).toBe('路灯全灭')
    expect(await page.locator('.form .marked').count()).toBe(1)
    expect((await ticketOf(callId)).matter.title).toBe('路灯坏了')
    await keepPicture(page, `desk-changed-by-others-${variant.sipServer}`)
    await page.keyboard.press('Alt+s')
    await told(page, '已暂存')
    await untilWritten(callId, { title: '路灯全灭', content: '三号楼前' })
    expect(await page.locator('.form .marked').count()).toBe(0)
  })

  test('the draft goes to the agent the call is handed to with the last word typed, and is read only at the other desk', async () => {
    const from = await room.atDesk('8705')
    const { callId } = await talking(from)
    await from.page.fill('#subject', '路灯不亮')
    await told(from.page, '已暂存')
    const to = await room.atDesk('8706')

    await consult(from.page, '8706')
    await (await to.phone.nextCall()).answer()
    await from.page.locator('.call .talk').getByText('与 8706 通话').waitFor()
    await from.page.fill('#address', '人民路 1 号')
    await from.page.keyboard.press('F9')

    await untilForm(to.page, '路灯不亮')
    expect(await to.page.inputValue('#address')).toBe('人民路 1 号')
    await told(from.page, '工单现由坐席 8706 登记')
    await from.page.locator('form[inert] #subject').waitFor()
    await keepPicture(from.page, `desk-read-only-${variant.sipServer}`)
    await untilWritten(callId, { title: '路灯不亮', address: '人民路 1 号' })
  })
})
