import { describe, expect, test } from 'vitest'
import { HotlineClient } from '../../scripts/client/hotline-client.ts'
import { password } from '../support/agent-page.ts'
import { findChromium, inBrowser, keepPicture } from '../support/browser.ts'
import { browserCentre } from '../support/browser-centre.ts'
import { until } from '../support/until.ts'

/** What the API tells of a day by queue, or by line. */
interface PlaceRow {
  readonly queue?: string
  readonly line?: string
  readonly answered: number
  readonly abandoned: number
  readonly averageSpeedOfAnswer: number | null
  readonly rates: { readonly answeredInTimeOfOffered: number | null }
}
const placeOf = { queue: 'general', line: '12345' } as const

// What has nothing to do with the switch is looked at on the stand-ins alone.
const variant = { name: 'stand-ins', sipServer: 'embedded', mediaSwitch: 'embedded' } as const

describe.skipIf(!findChromium())('the pages in a browser', inBrowser, () => {
  const room = browserCentre({ variant })

  test('the wallboard shows what the API tells, and who waits at once', async () => {
    const size = { width: 1920, height: 1080 }
    const board = await room.browser.login({ url: room.url, username: 'zhang', password, path: '/wallboard', size })
    await board.getByTestId('waiting').waitFor()
    const figure = (name: string) => board.getByTestId(name).innerText()
    const phone = await room.centre.agent('8102', { onCall: { kind: 'answer', afterMs: 0 }, ready: false })

    const waits = await room.centre.call('0')
    await room.centre.timeline.until('call.queued', ({ callId }) => callId === waits.callId)
    await until(async () => (await figure('waiting')) === '1', 'one is seen waiting')
    await board.getByTestId('alarm-general-waiting').waitFor()
    await room.centre.timeline.until(
      'queue.alarm-began',
      ({ queue, kind }) => queue === 'general' && kind === 'waiting',
    )
    await board.getByTestId('alarm-12345-waiting').waitFor()
    await room.centre.timeline.until('line.alarm-began', ({ line, kind }) => line === '12345' && kind === 'waiting')
    await keepPicture(board, `wallboard-${variant.sipServer}`)
    await room.centre.admin.makeReady('8102')
    await phone.nextCall()
    await until(async () => (await figure('waiting')) === '0', 'nobody waits')
    await board.getByTestId('alarm-general-waiting').waitFor({ state: 'detached' })
    await room.centre.timeline.until(
      'queue.alarm-ended',
      ({ queue, kind }) => queue === 'general' && kind === 'waiting',
    )
    await until(async () => (await figure('agents-talking')) === '1', 'one agent is seen talking')
    const leaves = await room.centre.call('0')
    await room.centre.timeline.until('call.queued', ({ callId }) => callId === leaves.callId)
    await leaves.call.hangUp()
    await room.centre.timeline.until('call.abandoned', ({ callId }) => callId === leaves.callId)

    const today = new Date(Math.floor((Date.now() + 28_800_000) / 86_400_000) * 86_400_000 - 28_800_000)
    const summary = async () => {
      const told = await room.centre.admin.get<
        Record<'offered' | 'answered' | 'abandoned', number> & { readonly out: { readonly placed: number } }
      >(`/metrics/summary?from=${today.toISOString()}`)
      return [told.offered, told.answered, told.abandoned, told.out.placed].map(String)
    }
    const shown = async () => Promise.all(['offered', 'answered', 'abandoned', 'out'].map(figure))
    await until(async () => (await shown()).join() === (await summary()).join(), 'the same figures', 30_000)
    expect(Number(await figure('abandoned'))).toBeGreaterThanOrEqual(1)
    for (const by of ['queue', 'line'] as const) {
      const told = async () => {
        const asked = `/metrics/intervals?from=${today.toISOString()}&interval=1440&by=${by}`
        const [row] = (await room.centre.admin.get<PlaceRow[]>(asked)).filter((each) => each[by] === placeOf[by])
        const rate = ((row?.rates.answeredInTimeOfOffered ?? 0) * 100).toFixed(1)
        return [`${rate}%`, row?.answered, row?.abandoned, row?.averageSpeedOfAnswer?.toFixed(1)].join()
      }
      const cells = board.getByTestId(`${by}-${placeOf[by]}`).getByRole('cell')
      const seen = async () => (await cells.allInnerTexts()).slice(2, 6).join()
      await until(async () => (await seen()) === (await told()), `the same figures by ${by}`, 30_000)
    }
  })

  test('two citizens of one matter: a ticket is merged under the other by a click, found from there, and taken apart again', async () => {
    const office = HotlineClient.with(`http://127.0.0.1:${room.centre.stack.ports.tickets}`, room.centre.admin.token)
    const registered = async (title: string) => {
      const matter = { channel: 'web', callerNumber: '13800006666', matter: { title } }
      const { ticketId, revision } = await office.post<{ ticketId: string; revision: number }>('/tickets', matter)
      await office.post(`/tickets/${ticketId}/register`, { kind: 'complaint', urgency: 'ordinary', revision })
      return ticketId
    }
    const [first, second] = [await registered('工地夜间施工'), await registered('工地夜间施工扰民')]
    const page = await room.browser.login({ url: room.url, username: 'zhang', password, path: `/tickets/${second}` })
    const stateIs = (words: string) =>
      until(async () => (await page.getByTestId('state').innerText()) === words, words, 30_000)

    await stateIs('待受理')
    await page.locator('p').filter({ hasText: '工地夜间施工' }).getByRole('button', { name: '并入此单' }).click()
    await stateIs('已合并')
    const together = page.getByTestId('together')
    await together.getByText('已并入').waitFor()
    await keepPicture(page, 'ticket-merged')
    await together.getByRole('link').click()
    await page.waitForURL(`**/tickets/${first}`)
    await together.getByText('并入本单的工单').waitFor()
    await together.getByRole('link').click()
    await page.waitForURL(`**/tickets/${second}`)
    await stateIs('已合并')
    await page.getByRole('button', { name: '拆分', exact: true }).click()
    await page.fill('#field-reason', '不是同一处工地')
    await page.getByRole('button', { name: '提交' }).click()
    await stateIs('待转办')
    await together.waitFor({ state: 'detached' })
    await page.locator('.history li').filter({ hasText: '拆分' }).getByText('不是同一处工地').waitFor()
  })

  test('a desk whose line was down has what happened meanwhile when it is back', async () => {
    const { page, phone } = await room.atDesk('8103')
    const notice = '水厂检修，今晚十点恢复供水'
    await page.context().setOffline(true)
    await page.getByText('与服务的连接中断').waitFor({ timeout: 60_000 })

    await room.centre.admin.post('/notices', { text: notice, to: 'all' })
    const { from } = await room.centre.call('0')
    await phone.nextCall()
    await page.context().setOffline(false)

    await page.getByText(notice).waitFor()
    expect(await page.getByTestId('number').innerText()).toBe(from.user)
  })

  test('a notice goes to the desks of one queue, or to all, as its writer chose', async () => {
    await room.centre.agent('8109', { skills: ['tax'], ready: false })
    const page = await room.browser.login({ url: room.url, username: 'zhang', password, path: '/supervisor' })
    await page.getByRole('button', { name: '公告' }).click()
    const form = page.locator('form').filter({ has: page.locator('#notice-text') })
    const publish = async (text: string) => {
      await page.fill('#notice-text', text)
      await form.getByRole('button', { name: '发布' }).click()
      await page.locator('.item').filter({ hasText: text }).waitFor()
    }

    await publish('今晚十点例会')
    await form.getByRole('combobox', { name: '发给' }).press('Enter')
    await page.getByRole('option', { name: '税务' }).click()
    await publish('个税口径已更新')

    const told = await room.centre.admin.get<{ text: string; queue: string | null; by: string }[]>('/notices')
    expect(told.filter(({ by }) => by === 'zhang').map(({ text, queue }) => [text, queue])).toEqual([
      ['个税口径已更新', 'tax'],
      ['今晚十点例会', null],
    ])
    await page.locator('.item').filter({ hasText: '个税口径已更新' }).getByText('税务').waitFor()
    await page.locator('.item').filter({ hasText: '今晚十点例会' }).getByText('全部坐席').waitFor()
    await keepPicture(page, 'supervisor-notices')
  })

  test('a wrong password is told, and who may not see a page does not', async () => {
    const page = await room.browser.open(`${room.url}/desk`)
    await page.fill('#username', 'zhang')
    await page.fill('#password', 'a wrong one')
    await page.keyboard.press('Enter')

    await page.getByText('用户名或密码不正确').waitFor()
    expect(new URL(page.url()).pathname).toBe('/login')
    await expect(HotlineClient.login(room.url, { username: 'zhang', password: 'another' })).rejects.toThrow(
      'login-refused',
    )
  })
})
