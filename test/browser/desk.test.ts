import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { agentIs, consult, password } from '../support/agent-page.ts'
import { findChromium, inBrowser, keepPicture } from '../support/browser.ts'
import { browserCentre } from '../support/browser-centre.ts'
import { variants } from '../support/centre.ts'
import { until } from '../support/until.ts'

const chromium = findChromium()
if (!chromium)
  console.warn('no Chromium on this machine: the tests in a browser are left out (apt-get install chromium)')

/** Painted dots of the waveform, the citizen's band and the agent's: a silent one has two at most in each of its 600 columns. */
const bandsOf = (page: Page) =>
  page.evaluate<number[]>(`(() => {
    const canvas = document.querySelector('.recording canvas')
    const { width, height } = canvas
    return [0, height / 2].map((top) => {
      const dots = canvas.getContext('2d').getImageData(0, top, width, height / 2).data
      return dots.filter((value, index) => index % 4 === 3 && value > 0).length
    })
  })()`)

/** How long what is played is. */
const secondsHeard = (page: Page) => page.evaluate<number>("document.querySelector('audio')?.duration ?? 0")

// Pages of a busy machine are slow, and each step waits for its own.
describe.skipIf(!chromium).each(variants())('the desks in a browser on $name', inBrowser, (variant) => {
  const room = browserCentre({ variant })

  const talk = (page: Page) => page.locator('.call .talk').innerText()
  const untilTalk = (page: Page, words: string) =>
    until(async () => (await talk(page)).includes(words), `the desk says ${words}`, 30_000)

  test('the pop is there before the answer; hold, three-way with a branch; a reload in mid-call comes back to it', async () => {
    const { page, phone } = await room.atDesk('8101')
    const { call, callId, from } = await room.centre.call('0')

    await page.getByTestId('number').waitFor()
    const ringing = await phone.nextCall()
    expect(await page.getByTestId('number').innerText()).toBe(from.user)
    await agentIs(page, 'ringing')
    expect(room.centre.timeline.of('call.answered').some(({ data }) => data.callId === callId)).toBe(false)
    await keepPicture(page, `desk-pop-${variant.sipServer}`)
    await ringing.answer()
    await page.getByTestId('ticket-state').waitFor()
    await untilTalk(page, '通话中')

    await page.keyboard.press('F4')
    await untilTalk(page, '保持')
    await page.keyboard.press('F4')
    await untilTalk(page, '通话中')
    room.centre.branch('12366', { kind: 'answer', afterMs: 100 })
    await consult(page, '12366')
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
    await agentIs(page, 'wrapUp')
    await page.fill('#answer', '已告知维修时间')
    await page.keyboard.press('Alt+a')
    await until(
      async () => (await page.getByTestId('ticket-state').innerText()) === '当场答复',
      'answered at once',
      30_000,
    )
    await until(async () => (await page.getByTestId('own-answered').innerText()) === '1', 'one call answered', 30_000)
  })

  test('the pop of a known citizen: the keys in words, the grade, the earlier call and the earlier ticket', async () => {
    const { page, phone } = await room.atDesk('8107')
    const first = await room.centre.call('0')
    await (await phone.nextCall()).answer()
    await page.getByTestId('ticket-state').waitFor()
    await page.fill('#subject', '井盖缺失')
    await page.keyboard.press('Alt+s')
    await page.getByText('已暂存').waitFor()
    await first.call.hangUp()
    await agentIs(page, 'wrapUp')
    await page.getByRole('button', { name: '就绪' }).click()
    await agentIs(page, 'ready')
    const { user } = first.from
    await room.centre.admin.put(`/callers/${user}`, {
      grade: 'note',
      note: '多次重复来电',
      evidence: ['一周内来电 20 次'],
    })

    const { callId } = await room.centre.call('14', { from: first.from })
    await agentIs(page, 'ringing')

    await page.getByTestId('menu-path').getByText('普通话 › 政策咨询及其他').waitFor()
    await page.locator('.call .listed').getByText('提示 多次重复来电').waitFor()
    await page.locator('.call li').filter({ hasText: '综合 · 已接' }).waitFor()
    await page.locator('.found li').filter({ hasText: '井盖缺失' }).waitFor()
    await keepPicture(page, `desk-pop-known-${variant.sipServer}`)
    expect(room.centre.timeline.of('call.answered').some(({ data }) => data.callId === callId)).toBe(false)
  })

  test('branches change colour; the recording pauses; the emergency key; a transfer without consultation', async () => {
    const tones = { citizen: 440, police: 2400, branch: 1700 } as const
    const { page, phone } = await room.atDesk('8108')
    const row = (number: string) => page.locator('.branches li').filter({ hasText: number })
    const dot = (number: string, state: string) => row(number).locator(`.dot[data-state=${state}]`)
    const colour = (state: string) =>
      page.evaluate<string>(
        `getComputedStyle(document.querySelector('.branches .dot[data-state=${state}]')).backgroundColor`,
      )
    const { call, callId } = await room.centre.call('0', { tone: tones.citizen })
    await (await phone.nextCall()).answer()
    await untilTalk(page, '通话中')
    await room.centre.timeline.until('recording.started', (data) => data.callId === callId)

    await room.centre.admin.post('/calendars/prices/close', { reason: '盘点' })
    await dot('12358', 'closed').waitFor()
    const colours = new Set([await colour('closed')])
    expect(await row('12358').getByRole('button', { name: '转接' }).isDisabled()).toBe(true)
    await room.centre.admin.post('/calendars/prices/reopen')
    await dot('12358', 'open').waitFor()
    colours.add(await colour('open'))
    expect(await row('12358').getByRole('button', { name: '转接' }).isEnabled()).toBe(true)

    await page.keyboard.press('Alt+p')
    await page.getByText('录音已暂停').waitFor()
    await room.centre.timeline.until('recording.paused', (data) => data.callId === callId)
    await page.keyboard.press('Alt+p')
    await page.getByText('录音已暂停').waitFor({ state: 'detached' })
    await room.centre.timeline.until('recording.resumed', (data) => data.callId === callId)

    room.centre.branch('110', { kind: 'answer', afterMs: 0, tone: tones.police })
    await page.keyboard.press('Alt+e')
    await page.getByRole('button', { name: '110 公安' }).click()
    await untilTalk(page, '三方通话 110')
    expect(await call.hears(tones.police, { withinMs: 20_000 })).toBe(true)
    await page.keyboard.press('F10')
    await untilTalk(page, '通话中')

    const branch = room.centre.branch('12333', { kind: 'answer', afterMs: 0, tone: tones.branch })
    await row('12333').getByRole('button', { name: '转接' }).click()
    await agentIs(page, 'wrapUp')
    expect(await call.hears(tones.branch, { withinMs: 20_000 })).toBe(true)
    expect(await (await branch.nextCall()).hears(tones.citizen, { withinMs: 20_000 })).toBe(true)
    expect(room.centre.timeline.of('call.consulted').some(({ data }) => data.callId === callId)).toBe(false)
    await dot('12333', 'busy').waitFor()
    colours.add(await colour('busy'))
    expect(colours.size).toBe(3)
    await keepPicture(page, `desk-branches-${variant.sipServer}`)
    await call.hangUp()
    await dot('12333', 'open').waitFor()
  })

  test('whoever is asked sees who asks and commands nothing, until the call is handed over', async () => {
    const own = await room.atDesk('8109')
    const { call, callId } = await room.centre.call('0')
    await (await own.phone.nextCall()).answer()
    await untilTalk(own.page, '通话中')
    const asked = await room.atDesk('8110')

    await consult(own.page, '8110')
    const atAsked = await asked.phone.nextCall()
    await untilTalk(asked.page, '坐席 8109 请您加入')
    await atAsked.answer()
    await untilTalk(own.page, '与 8110 通话')
    await own.page.keyboard.press('F8')
    await untilTalk(own.page, '三方通话 8110')
    await agentIs(asked.page, 'talking')

    expect(await talk(asked.page)).toBe('坐席 8109 请您加入')
    expect(await asked.page.locator('.call .commands').count()).toBe(0)
    expect(await asked.page.getByTestId('ticket-state').count()).toBe(0)
    await own.page.keyboard.press('F9')
    await room.centre.timeline.until('call.transferred', (data) => data.callId === callId)
    await untilTalk(asked.page, '通话中')
    await asked.page.getByTestId('ticket-state').waitFor()
    await asked.page.keyboard.press('F4')
    await untilTalk(asked.page, '保持')
    await call.hangUp()
  })

  test('a call that the phone answers by itself brings the desk to the front, however late the service tells of it', async () => {
    const { page, phone } = await room.atDesk('8111')
    phone.onCall = { kind: 'answer', afterMs: 0 }
    await page.getByRole('link', { name: '工单', exact: true }).click()
    await page.waitForURL('**/tickets')
    const answered = room.centre.timeline.until('call.answered', (data) => data.agentId === '8111')
    await page.route('**/agents/8111', async (route) => {
      await answered
      await route.continue()
    })

    const { from } = await room.centre.call('0')
    await page.waitForURL('**/desk')
    await agentIs(page, 'talking')
    expect(await page.getByTestId('number').innerText()).toBe(from.user)
  })

  test('a message left at night is heard at its ticket and at the call’s timeline', async () => {
    await room.centre.admin.post('/calendars/hotline/close', { reason: '夜间' })
    const { call, callId } = await room.centre.call('')
    expect(await call.hears(1000, { withinMs: 30_000 })).toBe(true)
    call.sendTone(440)
    await until(async () => !(await call.hears(1000, { withinMs: 200 })), 'the tone has ended', 10_000)
    await room.centre.timeline.until('voicemail.left', (data) => data.callId === callId, { withinMs: 60_000 })
    await room.centre.admin.post('/calendars/hotline/reopen')
    const page = await room.browser.login({ url: room.url, username: 'zhang', password, path: '/tickets' })

    await page.getByRole('row').filter({ hasText: '语音留言' }).getByRole('link').first().click()
    await page.getByRole('button', { name: /调听/ }).click()
    const { data } = await room.centre.timeline.until('voicemail.played', ({ by }) => by === 'zhang')
    await until(async () => (await secondsHeard(page)) > 1, 'the message is there', 30_000)
    await keepPicture(page, `ticket-voice-message-${variant.sipServer}`)

    await page.goto(`${room.url}/supervisor`)
    await page.getByRole('button', { name: '通话记录' }).click()
    await page.getByRole('button', { name: '查询' }).click()
    await page.getByRole('button', { name: '通话轨迹' }).first().click()
    await page.getByRole('heading', { name: '语音留言' }).waitFor()
    await page.getByRole('button', { name: /调听/ }).click()
    await until(async () => (await secondsHeard(page)) > 1, 'the message is there, too', 30_000)
    const played = room.centre.timeline.of('voicemail.played').filter((each) => each.data.by === 'zhang')
    expect(new Set(played.map((each) => each.data.voicemailId))).toEqual(new Set([data.voicemailId]))
  })

  test('a supervisor sees the room live, listens, moves an agent, and finds the call with its timeline and recording', async () => {
    const phone = await room.centre.agent('8105', { onCall: { kind: 'answer', afterMs: 0, tone: 1000 } })
    const own = await room.centre.agent('8106', {
      onCall: { kind: 'answer', afterMs: 0 },
      skills: ['tax'],
      ready: false,
    })
    await room.centre.admin.post('/agents/8106/login', { extension: '8106' })
    const page = await room.browser.login({ url: room.url, username: 'zhang', password, path: '/supervisor' })
    const agent = page.locator('[data-agent="8105"]')
    await agent.locator('.tag[data-state=ready]').waitFor()

    const { call, callId, from } = await room.centre.call('0', { tone: 440 })
    await agent.locator('.tag[data-state=talking]').waitFor()
    const row = page.locator(`[data-call="${callId}"]`)
    expect(await row.locator('strong').innerText()).toBe(from.user)
    await page.fill('#phone-of', '8106')
    await row.getByRole('button', { name: '监听' }).click()
    const heard = await own.nextCall()
    await row.getByText('监听：8106').waitFor()
    expect(await heard.hears(440)).toBe(true)
    await keepPicture(page, `supervisor-${variant.sipServer}`)
    await row.getByRole('button', { name: '停止' }).click()
    await heard.ended
    await agent.getByRole('button', { name: '调组' }).click()
    await page.locator('.queues').click()
    await page.getByRole('option', { name: '税务' }).click()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: '保存' }).click()
    const groups = () => room.centre.admin.get<{ groups: object[] }>('/agents/8105/groups').then((told) => told.groups)
    await until(async () => (await groups()).length === 1, 'the agent serves one queue')
    expect(await groups()).toEqual([{ queue: 'tax', rank: 1 }])
    await agent.getByRole('button', { name: '置忙' }).click()
    await call.hangUp()
    await room.centre.timeline.until('recording.stored', (data) => data.callId === callId, { withinMs: 30_000 })
    expect(phone.calls.length).toBeGreaterThan(0)

    await page.getByRole('button', { name: '通话记录' }).click()
    await page.fill('#by-number', from.user)
    await page.getByRole('button', { name: '查询' }).click()
    await page.getByRole('row').filter({ hasText: from.user }).getByRole('button', { name: '通话轨迹' }).click()
    await page.getByTitle('call.released').getByText('通话结束').waitFor()
    await page.getByText('200 OK').first().waitFor()
    await page.getByRole('button', { name: /调听/ }).click()
    await room.centre.timeline.until('recording.played', (data) => data.callId === callId && data.by === 'zhang')
    await until(async () => (await secondsHeard(page)) > 0, 'the recording is there', 30_000)
    await until(async () => Math.min(...(await bandsOf(page))) > 3000, 'the waveform shows both parties', 30_000)
    await page.getByTitle('call.queued').locator('..').getByText('队列：综合').waitFor()
    await keepPicture(page, `call-timeline-${variant.sipServer}`)
  })
})
