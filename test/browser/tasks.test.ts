import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { HotlineClient } from '../../scripts/client/hotline-client.ts'
import { password } from '../support/agent-page.ts'
import { findChromium, inBrowser, keepPicture } from '../support/browser.ts'
import { type BrowserCentre, browserCentre } from '../support/browser-centre.ts'
import { type Centre, variants } from '../support/centre.ts'
import { forgetList } from '../support/forget-list.ts'
import { until } from '../support/until.ts'

const tones = { agent: 1000, citizen: 440 } as const

describe.skipIf(!findChromium()).each(variants())('tasks and tickets in a browser on $name', inBrowser, (variant) => {
  const room = browserCentre({
    variant,
    prepare: async ({ stack, admin }) => {
      const tickets = HotlineClient.with(`http://127.0.0.1:${stack.ports.tickets}`, admin.token)
      await tickets.put('/officials/li.housing', { unitId: 'housing', password })
    },
  })

  type AtDesk = Awaited<ReturnType<BrowserCentre['atDesk']>>

  /** The agent's own phone rings first and is answered; both parties then hear each other. */
  async function calledOut({ phone }: AtDesk, citizen: Awaited<ReturnType<Centre['call']>>['from']) {
    const own = await phone.nextCall({ withinMs: 30_000 })
    await own.answer()
    own.sendTone(tones.agent)
    const atCitizen = await citizen.nextCall({ withinMs: 30_000 })
    expect(atCitizen.other).toBe('12345')
    expect(await atCitizen.hears(tones.agent, { withinMs: 20_000 })).toBe(true)
    expect(await own.hears(tones.citizen, { withinMs: 20_000 })).toBe(true)
    return atCitizen
  }

  test('a missed call is a task at every desk: one agent has it, calls in vain, calls again, notes what came of it', async () => {
    const { call, callId, from } = await room.centre.call('0')
    await room.centre.timeline.until('call.queued', (data) => data.callId === callId)
    await call.hangUp()
    const { data: task } = await room.centre.timeline.until('callback.opened', (data) => data.callId === callId)
    const desks: Readonly<Record<string, AtDesk>> = {
      '8501': await room.atDesk('8501'),
      '8502': await room.atDesk('8502'),
    }
    const taskAt = ({ page }: AtDesk) => page.locator(`[data-callback="${task.callbackId}"]`)
    for (const desk of Object.values(desks)) {
      await taskAt(desk).getByText('未接 1 次').waitFor()
      await taskAt(desk)
        .getByText(/有效至 .*\d\d:\d\d/)
        .waitFor()
      await forgetList(desk.page)
    }

    // Both in the same moment: a button that the other one's call has taken away meanwhile is pressed in vain.
    from.onCall = { kind: 'reject', status: 486 }
    await Promise.all(Object.values(desks).map((desk) => taskAt(desk).getByRole('button').dispatchEvent('click')))
    const { data: attempt } = await room.centre.timeline.until(
      'callback.attempted',
      (data) => data.callbackId === task.callbackId,
    )
    const [mine, others] = attempt.agentId === '8501' ? [desks['8501'], desks['8502']] : [desks['8502'], desks['8501']]
    if (!mine || !others) throw new Error(`no desk of ${attempt.agentId}`)
    await taskAt(others).getByRole('button', { name: '正在回拨' }).waitFor()
    expect(await taskAt(others).getByRole('button').isDisabled()).toBe(true)
    await (await mine.phone.nextCall({ withinMs: 30_000 })).answer()
    await from.nextCall({ withinMs: 30_000 })
    await room.centre.timeline.until(
      'callback.failed',
      (data) => data.callbackId === task.callbackId && data.outcome === 'busy',
    )
    await taskAt(mine)
      .getByText(/已试 1 次未接通，.*\d\d:\d\d 后再拨/)
      .waitFor()
    await mine.page.locator('[data-call-out]').filter({ hasText: '占线' }).waitFor()
    expect(others.phone.calls).toHaveLength(0)
    await keepPicture(mine.page, `desk-callbacks-${variant.sipServer}`)

    from.onCall = { kind: 'answer', afterMs: 0, tone: tones.citizen }
    await agentReady(mine.page)
    await taskAt(mine).getByRole('button', { name: '回拨' }).click()
    const atCitizen = await calledOut(mine, from)
    const { data: closed } = await room.centre.timeline.until(
      'callback.closed',
      (data) => data.callbackId === task.callbackId,
    )
    expect(closed).toMatchObject({ outcome: 'reached', by: attempt.agentId })
    // The ticket of the missed call, with whom the citizen talks now.
    await mine.page.getByTestId('ticket-state').getByText('待受理').waitFor()
    await mine.page.locator('form:not([inert]) #subject').waitFor()
    for (const desk of [mine, others]) await taskAt(desk).waitFor({ state: 'detached' })
    await atCitizen.hangUp()
    const reached = mine.page.locator('[data-call-out]').filter({ hasText: '已接通' })
    await reached.getByRole('combobox').press('Enter')
    await mine.page.getByRole('option', { name: '需再拨' }).click()
    const { data: noted } = await room.centre.timeline.until('call.outcome-noted')
    expect(noted).toMatchObject({ agentId: attempt.agentId, code: 'call-again' })
    await reached.getByText('需再拨').waitFor()
  })

  test('a ticket from the pop to the archive: desk, unit and supervisor; the return visit is a call from its page', async () => {
    const { browser, url } = room
    const desk = await room.atDesk('8503')
    const { page, phone } = desk
    const { call, from } = await room.centre.call('0')
    await page.getByTestId('number').waitFor()
    await (await phone.nextCall({ withinMs: 30_000 })).answer()
    await page.getByTestId('ticket-state').waitFor()
    await page.keyboard.press('F1')
    await page.keyboard.type('住房')
    await page.getByRole('option', { name: /住房/ }).first().waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.fill('#subject', '屋顶漏水')
    await page.fill('#content', '五楼屋顶下雨时漏水')
    await page.keyboard.press('Alt+d')
    await until(async () => (await page.getByTestId('ticket-state').innerText()) === '待签收', 'dispatched', 30_000)
    await call.hangUp()
    await agentReady(page)

    const take = async (at: Page, step: string, state: string, fill: () => Promise<void> = async () => {}) => {
      await at.getByRole('button', { name: step, exact: true }).click()
      await fill()
      await until(async () => (await at.getByTestId('state').innerText()) === state, state, 30_000)
    }
    const send = (at: Page) => at.getByRole('button', { name: '提交' }).click()
    const official = await browser.login({ url, username: 'li.housing', password, path: '/tickets' })
    const listed = official.getByRole('row').filter({ hasText: '屋顶漏水' })
    await listed.getByText(/剩 .*工作时间 \d+ 小时/).waitFor()
    await keepPicture(official, `worklist-${variant.sipServer}`)
    await listed.getByRole('link').click()
    await official.getByTestId('state').waitFor()
    expect(await official.getByRole('button', { name: '审核', exact: true }).count()).toBe(0)
    await take(official, '签收', '已签收')
    await take(official, '开始办理', '办理中')
    await take(official, '答复', '已答复', async () => {
      await official.fill('#field-reply', '已派人修好')
      await send(official)
    })
    const path = new URL(official.url()).pathname
    const supervisor = await browser.login({ url, username: 'zhang', password, path })
    await take(supervisor, '审核', '审核中')
    await take(supervisor, '审核通过', '待回访', () => send(supervisor))
    await keepPicture(supervisor, `ticket-${variant.sipServer}`)

    from.onCall = { kind: 'answer', afterMs: 0, tone: tones.citizen }
    const openTicket = async () => {
      await page.getByRole('link', { name: '工单', exact: true }).click()
      await page.getByPlaceholder('来电号码').fill(from.user)
      await page.keyboard.press('Enter')
      await page.getByRole('row').filter({ hasText: '屋顶漏水' }).getByRole('link').click()
      await page.getByTestId('state').waitFor()
    }
    await openTicket()
    await page.getByRole('button', { name: '回访拨号' }).click()
    const atCitizen = await calledOut(desk, from)
    const { data: placed } = await room.centre.timeline.until('call.placed', (data) => data.callerNumber === from.user)
    expect([placed.purpose, `/tickets/${placed.reference}`]).toEqual(['return-visit', path])
    await page.waitForURL('**/desk')
    await openTicket()
    await take(page, '回访', '已办结', async () => {
      await page.getByRole('combobox', { name: '回访方式' }).click()
      await page.getByRole('option', { name: '电话' }).click()
      for (const question of ['已联系上', '已解决', '满意'])
        await page.getByRole('radiogroup', { name: question }).getByText('是').click()
      await send(page)
    })
    await atCitizen.hangUp()

    await supervisor.reload()
    const archive = supervisor.getByRole('button', { name: '归档', exact: true })
    const question = supervisor.getByText('归档后不能再办理，也不能撤销。')
    await archive.focus()
    await supervisor.keyboard.press('Enter')
    await question.waitFor()
    await supervisor.keyboard.press('Enter')
    await supervisor.keyboard.press('Escape')
    await question.waitFor({ state: 'detached' })
    expect(await supervisor.getByTestId('state').innerText()).toBe('已办结')
    await take(supervisor, '归档', '已归档', () => send(supervisor))
    await supervisor.getByText('流程图').click()
    await supervisor.locator('g.node[data-current]').waitFor()
    expect(await supervisor.locator('.history li').count()).toBeGreaterThanOrEqual(8)
  })

  async function agentReady(page: Page): Promise<void> {
    await page.locator('.state[data-state=wrapUp]').waitFor()
    await page.keyboard.press('F2')
    await page.locator('.state[data-state=ready]').waitFor()
  }
})
