import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { agentIs, consult, phoneIs, talkSays } from '../support/agent-page.ts'
import { findChromium, inBrowser, keepPicture, type TestBrowser } from '../support/browser.ts'
import { browserCentre, hearEachOther } from '../support/browser-centre.ts'
import { variants } from '../support/centre.ts'
import { freeze, thaw } from '../support/frozen-page.ts'
import { giveEars, hearsNoPitch, hearsPitch } from '../support/page-ears.ts'
import { until } from '../support/until.ts'

const pitch = { agent: 1400, citizen: 1000, branch: 1700 } as const

describe.skipIf(!findChromium()).each(variants())("a browser's phone that goes away on $name", inBrowser, (variant) => {
  const room = browserCentre({ variant, tone: pitch.agent })
  let freezable: TestBrowser
  beforeAll(async () => {
    freezable = await room.startBrowser({ tone: pitch.agent, freezable: true })
  })

  const agentAt = (agentId: string) => room.atPhone(agentId, giveEars)

  const talk = (page: Page) => room.talk(page, pitch)

  /** The page is loaded again, and its phone takes the place of the one before. */
  async function reload(page: Page, callId: string): Promise<void> {
    const returned = () => room.centre.timeline.of('call.phone-returned').filter(({ data }) => data.callId === callId)
    const before = returned().length
    await page.reload()
    await room.centre.timeline.until(
      'call.phone-returned',
      (data) => data.callId === callId && returned().length > before,
    )
    await phoneIs(page, 'talking')
  }

  /** A page may look as it did before it was frozen for a moment, and its phone is not there yet. */
  async function readyUntilItRings(page: Page): Promise<void> {
    const ready = page.getByRole('button', { name: '就绪' })
    const ringing = page.locator('[data-test=phone-state][data-call=ringing]')
    const look = async () => {
      // A phone that rings in this moment takes the button away: then there is nothing to press.
      await ready.click({ timeout: 500 }).catch(() => undefined)
      return (await ringing.count()) > 0
    }
    await until(look, 'the phone rings', 60_000, 200)
  }

  test('loaded again on hold, in a consultation and in a three-way call: each goes on where it was', async () => {
    const page = await agentAt('8401')
    const { call, callId } = await talk(page)
    const branch = room.centre.branch('12366', { kind: 'answer', afterMs: 100, tone: pitch.branch })

    await page.keyboard.press('F4')
    await talkSays(page, '保持')
    await reload(page, callId)
    await talkSays(page, '保持')
    await hearsNoPitch(page, pitch.citizen)
    await page.keyboard.press('F4')
    await talkSays(page, '通话中')
    await hearsPitch(page, pitch.citizen)

    await consult(page, '12366')
    const atBranch = await branch.nextCall()
    await talkSays(page, '与 12366 通话')
    await reload(page, callId)
    await talkSays(page, '与 12366 通话')
    await hearsPitch(page, pitch.branch)
    await hearsNoPitch(page, pitch.citizen)
    expect(await atBranch.hears(pitch.agent, { withinMs: 20_000 })).toBe(true)

    await page.keyboard.press('F8')
    await talkSays(page, '三方通话')
    await page.reload()
    expect(await call.hears(pitch.branch, { withinMs: 20_000 })).toBe(true)
    await phoneIs(page, 'talking')
    await talkSays(page, '三方通话')
    await Promise.all([hearsPitch(page, pitch.branch), hearsPitch(page, pitch.citizen)])
    expect(await call.hears(pitch.agent, { withinMs: 20_000 })).toBe(true)
    expect(await atBranch.hears(pitch.agent, { withinMs: 20_000 })).toBe(true)
    await call.hangUp()
  })

  test("a busy branch: the desk says so, the citizen is back, and a callback or the branch's number is offered", async () => {
    const page = await agentAt('8405')
    const { call, callId, from } = await talk(page)
    room.centre.branch('12333', { kind: 'reject', status: 486 })

    await consult(page, '12333')
    const steps = page.locator('[data-test=next-steps][data-outcome=busy]')
    await steps.getByText('12333：占线').waitFor()
    await room.centre.timeline.until('call.returned', (data) => data.callId === callId && data.reason === 'busy')
    await talkSays(page, '通话中')
    await keepPicture(page, `desk-branch-busy-${variant.sipServer}`)
    await steps.getByRole('button', { name: '登记回拨' }).click()
    const task = await room.centre.timeline.until('callback.opened', (data) => data.callId === callId)
    await page.locator('.task').filter({ hasText: from.user }).waitFor()
    await hearEachOther(page, call, pitch)

    await steps.getByRole('button', { name: '播报其号码' }).click()
    // What the citizen hears of it is proven in test/scenario/branches.test.ts: it is over before a page that is slow has looked.
    const advised = await room.centre.timeline.until('call.advised', (data) => data.callId === callId)
    expect(advised.data.target).toBe('12333')
    await talkSays(page, '通话中')
    await hearEachOther(page, call, pitch)
    await room.centre.admin.post(`/callbacks/${task.data.callbackId}/cancel`, { reason: 'the test is over' })
    await call.hangUp()
  })

  test('the hotline is killed in mid-call: voices go on, and the desk has the call when it is back; a page that never comes back leaves the citizen to another', async () => {
    const page = await agentAt('8402')
    const { call, callId } = await talk(page)

    await room.centre.stack.child('hotline').kill('SIGKILL')
    expect(await call.hears(pitch.agent, { withinMs: 20_000 })).toBe(true)
    await hearsPitch(page, pitch.citizen)
    await room.centre.restartHotline()
    await agentIs(page, 'talking')
    await talkSays(page, '通话中')
    await page.keyboard.press('F4')
    await talkSays(page, '保持')
    await hearsNoPitch(page, pitch.citizen)
    await page.keyboard.press('F4')
    await hearEachOther(page, call, pitch)

    await page.context().close()
    const colleague = await room.centre.agent('8403', { onCall: { kind: 'answer', afterMs: 0, tone: pitch.branch } })
    await room.centre.timeline.until('call.phone-lost', (data) => data.callId === callId)
    await room.centre.timeline.until('call.bridged', (data) => data.callId === callId && data.agentId === '8403', {
      withinMs: 60_000,
    })
    expect(await call.hears(pitch.branch, { withinMs: 20_000 })).toBe(true)
    expect(colleague.calls).toHaveLength(1)
    await call.hangUp()
  })

  test('a page that is frozen is no phone meanwhile; thawed, it has missed nothing, and rings and pops', async () => {
    const page = await room.atPhone('8404', giveEars, freezable)
    const notice = '今晚十点恢复供水'

    await freeze(page)
    await room.centre.admin.post('/notices', { text: notice, to: 'all' })
    const { call, callId, from } = await room.centre.call('0', { tone: pitch.citizen })
    await room.centre.timeline.until(
      'agent.offer-failed',
      (data) => data.callId === callId && data.agentId === '8404',
      {
        withinMs: 90_000,
      },
    )
    await thaw(page)

    await page.getByText(notice).waitFor()
    await agentIs(page, 'notReady')
    await readyUntilItRings(page)
    expect(await page.getByTestId('number').innerText()).toBe(from.user)
    await page.keyboard.press('F3')
    await hearEachOther(page, call, pitch)
    await call.hangUp()
  })
})
