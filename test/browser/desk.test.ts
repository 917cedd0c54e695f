import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { HotlineClient } from '../../scripts/client/hotline-client.ts'
import { findChromium, keepPicture, seriousFindings, TestBrowser } from '../support/browser.ts'
import { Centre, variants } from '../support/centre.ts'
import { until } from '../support/until.ts'

const chromium = findChromium()
if (!chromium)
  console.warn('no Chromium on this machine: the tests in a browser are left out (apt-get install chromium)')

const password = 'a long password'

// Pages of a busy machine are slow, and each step waits for its own.
describe.skipIf(!chromium).each(variants())('the desks in a browser on $name', { timeout: 120_000 }, (variant) => {
  // What has nothing to do with the switch is looked at once.
  const testOnce = test.runIf(variant.mediaSwitch === 'embedded')
  let centre: Centre
  let browser: TestBrowser
  let url = ''
  beforeAll(async () => {
    browser = await TestBrowser.start()
    centre = await Centre.start({ variant, city: 'desk-city.yaml', tickets: {} })
    url = `http://127.0.0.1:${centre.stack.ports.http}`
    await centre.admin.post('/users', { username: 'zhang', password, role: 'supervisor' })
  })
  afterEach(() => centre.clear())
  afterAll(async () => {
    await browser.close()
    await centre.stop()
  })

  /** An agent at the own desk, ready, whose phone rings until it is answered. */
  async function atDesk(agentId: string) {
    const phone = await centre.agent(agentId, { ready: false })
    await centre.admin.post('/users', { username: agentId, password, role: 'agent', agentId })
    const page = await browser.login({ url, username: agentId, password, path: '/desk' })
    await page.getByRole('button', { name: '签入' }).click()
    await page.locator('.state[data-state=notReady]').waitFor()
    await page.keyboard.press('F2')
    await page.locator('.state[data-state=ready]').waitFor()
    return { page, phone }
  }
  const talk = (page: Page) => page.locator('.call .talk').innerText()
  const untilTalk = (page: Page, words: string) =>
    until(async () => (await talk(page)).includes(words), `the desk says ${words}`, 30_000)

  test('the pop is there before the answer; hold, three-way with a branch; a reload in mid-call comes back to it', async () => {
    const { page, phone } = await atDesk('8101')
    const { call, callId, from } = await centre.call('0')

    await page.getByTestId('number').waitFor()
    const ringing = await phone.nextCall()
    expect(await page.getByTestId('number').innerText()).toBe(from.user)
    await page.locator('.state[data-state=ringing]').waitFor()
    expect(centre.timeline.of('call.answered').some(({ data }) => data.callId === callId)).toBe(false)
    await keepPicture(page, `desk-pop-${variant.sipServer}`)
    await ringing.answer()
    await page.getByTestId('ticket-state').waitFor()
    await untilTalk(page, '通话中')

    await page.keyboard.press('F4')
    await untilTalk(page, '保持')
    await page.keyboard.press('F4')
    await untilTalk(page, '通话中')
    centre.branch('12366', { kind: 'answer', afterMs: 100 })
    await page.keyboard.press('F7')
    await page.keyboard.type('12366')
    await page.keyboard.press('Enter')
    await untilTalk(page, '与 12366 通话')
    await page.keyboard.press('F8')
    await untilTalk(page, '三方通话 12366')
    await page.fill('#subject', '路灯不亮')
    await page.keyboard.press('Alt+s')
    await page.getByText('已暂存').waitFor()
    await keepPicture(page, `desk-three-way-${variant.sipServer}`)

    await page.reload()
    await untilTalk(page, '三方通话 12366')
    expect(await page.getByTestId('number').innerText()).toBe(from.user)
    await until(async () => (await page.locator('#subject').inputValue()) === '路灯不亮', 'the ticket is back', 30_000)
    await page.keyboard.press('F10')
    await untilTalk(page, '通话中')

    await call.hangUp()
    await page.locator('.state[data-state=wrapUp]').waitFor()
    await page.fill('#answer', '已告知维修时间')
    await page.keyboard.press('Alt+a')
    await until(
      async () => (await page.getByTestId('ticket-state').innerText()) === '当场答复',
      'answered at once',
      30_000,
    )
    await until(async () => (await page.getByTestId('own-answered').innerText()) === '1', 'one call answered', 30_000)
  })

  testOnce('the wallboard shows what the API tells, and who waits at once', async () => {
    const size = { width: 1920, height: 1080 }
    const board = await browser.login({ url, username: 'zhang', password, path: '/wallboard', size })
    await board.getByTestId('waiting').waitFor()
    const figure = (name: string) => board.getByTestId(name).innerText()
    const phone = await centre.agent('8102', { onCall: { kind: 'answer', afterMs: 0 }, ready: false })

    const waits = await centre.call('0')
    await centre.timeline.until('call.queued', ({ callId }) => callId === waits.callId)
    await until(async () => (await figure('waiting')) === '1', 'one is seen waiting')
    await board.getByTestId('alarm-general-waiting').waitFor()
    await centre.timeline.until('queue.alarm-began', ({ queue, kind }) => queue === 'general' && kind === 'waiting')
    await keepPicture(board, `wallboard-${variant.sipServer}`)
    await centre.admin.makeReady('8102')
    await phone.nextCall()
    await until(async () => (await figure('waiting')) === '0', 'nobody waits')
    await board.getByTestId('alarm-general-waiting').waitFor({ state: 'detached' })
    await centre.timeline.until('queue.alarm-ended', ({ queue, kind }) => queue === 'general' && kind === 'waiting')
    await until(async () => (await figure('agents-talking')) === '1', 'one agent is seen talking')
    const leaves = await centre.call('0')
    await centre.timeline.until('call.queued', ({ callId }) => callId === leaves.callId)
    await leaves.call.hangUp()
    await centre.timeline.until('call.abandoned', ({ callId }) => callId === leaves.callId)

    const today = new Date(Math.floor((Date.now() + 28_800_000) / 86_400_000) * 86_400_000 - 28_800_000)
    const summary = async () => {
      const told = await centre.admin.get<Record<'offered' | 'answered' | 'abandoned', number>>(
        `/metrics/summary?from=${today.toISOString()}`,
      )
      return [told.offered, told.answered, told.abandoned].map(String)
    }
    const shown = async () => [await figure('offered'), await figure('answered'), await figure('abandoned')]
    await until(async () => (await shown()).join() === (await summary()).join(), 'the same figures', 30_000)
    expect(Number(await figure('abandoned'))).toBeGreaterThanOrEqual(1)
  })

  test('a supervisor sees the room live, listens, moves an agent, and finds the call with its timeline and recording', async () => {
    const phone = await centre.agent('8105', { onCall: { kind: 'answer', afterMs: 0, tone: 1000 } })
    const own = await centre.agent('8106', { onCall: { kind: 'answer', afterMs: 0 }, skills: ['tax'], ready: false })
    await centre.admin.post('/agents/8106/login', { extension: '8106' })
    const page = await browser.login({ url, username: 'zhang', password, path: '/supervisor' })
    const agent = page.locator('[data-agent="8105"]')
    await agent.locator('.tag[data-state=ready]').waitFor()

    const { call, callId, from } = await centre.call('0', { tone: 440 })
    await agent.locator('.tag[data-state=talking]').waitFor()
    const row = page.locator(`[data-call="${callId}"]`)
    expect(await row.locator('strong').innerText()).toBe(from.user)
    await page.fill('#phone-of', '8106')
    await row.getByRole('button', { name: '监听' }).click()
    const heard = await own.nextCall()
    await row.getByText('监听：8106').waitFor()
    expect(await heard.hears(440, { withinMs: 10_000 })).toBe(true)
    await keepPicture(page, `supervisor-${variant.sipServer}`)
    await row.getByRole('button', { name: '停止' }).click()
    await heard.ended
    await agent.getByRole('button', { name: '调组' }).click()
    await page.locator('.queues').click()
    await page.getByRole('option', { name: '税务' }).click()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: '保存' }).click()
    const groups = () => centre.admin.get<{ groups: object[] }>('/agents/8105/groups').then((told) => told.groups)
    await until(async () => (await groups()).length === 1, 'the agent serves one queue')
    expect(await groups()).toEqual([{ queue: 'tax', rank: 1 }])
    await agent.getByRole('button', { name: '置忙' }).click()
    await call.hangUp()
    await centre.timeline.until('recording.stored', (data) => data.callId === callId, { withinMs: 30_000 })
    expect(phone.calls.length).toBeGreaterThan(0)

    await page.getByRole('button', { name: '通话记录' }).click()
    await page.fill('#by-number', from.user)
    await page.getByRole('button', { name: '查询' }).click()
    await page.getByRole('row').filter({ hasText: from.user }).getByRole('button', { name: '通话轨迹' }).click()
    await page.getByText('call.released').waitFor()
    await page.getByText('200 OK').first().waitFor()
    await page.getByRole('button', { name: /调听/ }).click()
    await centre.timeline.until('recording.played', (data) => data.callId === callId && data.by === 'zhang')
    const seconds = () => page.evaluate<number>("document.querySelector('audio')?.duration ?? 0")
    await until(async () => (await seconds()) > 0, 'the recording is there', 30_000)
    await keepPicture(page, `call-timeline-${variant.sipServer}`)
  })

  testOnce(
    'a ticket from the pop to the archive: desk, unit and supervisor, each with the steps that are theirs',
    async () => {
      const tickets = HotlineClient.with(`http://127.0.0.1:${centre.stack.ports.tickets}`, centre.admin.token)
      await tickets.put('/officials/li.housing', { unitId: 'housing', password })
      const { page, phone } = await atDesk('8107')
      const { call } = await centre.call('0')
      await page.getByTestId('number').waitFor()
      await (await phone.nextCall()).answer()
      await page.getByTestId('ticket-state').waitFor()
      await page.keyboard.press('F1')
      await page.keyboard.type('住房')
      await page.getByRole('option', { name: /住房/ }).first().waitFor()
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('Enter')
      await page.fill('#subject', '屋顶漏水')
      await page.keyboard.press('Alt+d')
      await until(async () => (await page.getByTestId('ticket-state').innerText()) === '待签收', 'dispatched', 30_000)
      await call.hangUp()

      const take = async (at: Page, step: string, state: string, fill: () => Promise<void> = async () => {}) => {
        await at.getByRole('button', { name: step, exact: true }).click()
        await fill()
        await until(async () => (await at.getByTestId('state').innerText()) === state, state, 30_000)
      }
      const send = (at: Page) => at.getByRole('button', { name: '提交' }).click()
      const official = await browser.login({ url, username: 'li.housing', password, path: '/tickets' })
      await official.getByRole('row').filter({ hasText: '屋顶漏水' }).getByRole('link').click()
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
      await keepPicture(supervisor, 'ticket')
      await take(supervisor, '回访', '已办结', async () => {
        await supervisor.getByRole('combobox', { name: '回访方式' }).click()
        await supervisor.getByRole('option', { name: '电话' }).click()
        for (const question of ['已联系上', '已解决', '满意'])
          await supervisor.getByRole('radiogroup', { name: question }).getByText('是').click()
        await send(supervisor)
      })
      await take(supervisor, '归档', '已归档')
      await supervisor.getByText('流程图').click()
      await supervisor.locator('g.node[data-current]').waitFor()
      expect(await supervisor.locator('.history li').count()).toBeGreaterThanOrEqual(8)
    },
  )

  testOnce('a desk whose line was down has what happened meanwhile when it is back', async () => {
    const { page, phone } = await atDesk('8103')
    const notice = '水厂检修，今晚十点恢复供水'
    await page.context().setOffline(true)
    await page.getByText('与服务的连接中断').waitFor({ timeout: 60_000 })

    await centre.admin.post('/notices', { text: notice, to: 'all' })
    const { from } = await centre.call('0')
    await phone.nextCall()
    await page.context().setOffline(false)

    await page.getByText(notice).waitFor()
    expect(await page.getByTestId('number').innerText()).toBe(from.user)
  })

  testOnce('a wrong password is told, and who may not see a page does not', async () => {
    const page = await browser.open(`${url}/desk`)
    await page.fill('#username', 'zhang')
    await page.fill('#password', 'a wrong one')
    await page.keyboard.press('Enter')

    await page.getByText('用户名或密码不正确').waitFor()
    expect(new URL(page.url()).pathname).toBe('/login')
    await expect(HotlineClient.login(url, { username: 'zhang', password: 'another' })).rejects.toThrow('login-refused')
  })

  testOnce('axe finds nothing serious on any page, light or dark, and no page broke a rule', async () => {
    const login = await browser.open(`${url}/login`)
    expect(await seriousFindings(login)).toEqual([])
    await keepPicture(login, 'login')
    const { page } = await atDesk('8104')
    expect(await seriousFindings(page)).toEqual([])
    await page.getByRole('button', { name: '深色' }).click()
    expect(await seriousFindings(page)).toEqual([])
    await keepPicture(page, 'desk-dark')
    const supervisor = await browser.login({ url, username: 'zhang', password, path: '/supervisor' })
    expect(await seriousFindings(supervisor)).toEqual([])
    const office = HotlineClient.with(`http://127.0.0.1:${centre.stack.ports.tickets}`, centre.admin.token)
    await office.post('/tickets', { channel: 'web', callerNumber: '13800009999', matter: { title: '噪音扰民' } })
    const tickets = await browser.login({ url, username: 'zhang', password, path: '/tickets' })
    expect(await seriousFindings(tickets)).toEqual([])
    await keepPicture(tickets, 'tickets')
    await tickets.getByRole('link', { name: /^YH/ }).first().click()
    await tickets.getByTestId('state').waitFor()
    expect(await seriousFindings(tickets)).toEqual([])
    const board = await browser.login({ url, username: 'zhang', password, path: '/wallboard' })
    expect(await seriousFindings(board)).toEqual([])
    expect(browser.faults).toEqual([])
  })
})
