import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { agentIs, consult, phoneIs, talkSays } from '../support/agent-page.ts'
import { findChromium, inBrowser, keepPicture } from '../support/browser.ts'
import { browserCentre } from '../support/browser-centre.ts'
import { variants } from '../support/centre.ts'
import { clicksBy, keyHints, otherHints, outOfReach } from '../support/key-hints.ts'
import { giveEars, hearsPitch } from '../support/page-ears.ts'
import { isSilent, listenToSounds, loudspeakers, playsAt, rings } from '../support/page-sounds.ts'
import { until } from '../support/until.ts'

const pitch = { agent: 1400, citizen: 1000, branch: 1700 } as const
/** Every key of the desk but F1 and F7, which bring the cursor somewhere. */
const keys = [
  ...['F2', 'F3', 'F4', 'F8', 'F9', 'F10', 'Escape', 'Alt+1', 'Alt+2', 'Alt+3', 'Alt+4'],
  ...[...'ABCDEHKMNOPRSTX'].map((letter) => `Alt+${letter}`),
]
const status = ['F2', 'Alt+B', 'Alt+O']
const talking = ['F4', 'F8', 'F9', 'F10', 'Alt+P', 'Alt+H', 'Alt+E', 'Alt+M', 'Alt+K']
const ticket = ['Alt+S', 'Alt+A', 'Alt+D']
/** The same while a word to look for is in the branch list. */
const searched = [...ticket, 'Alt+T']

describe.skipIf(!findChromium()).each(variants())('keys and sounds of the desk on $name', inBrowser, (variant) => {
  const room = browserCentre({ variant, tone: pitch.agent })

  const before = async (page: Page) => {
    await giveEars(page)
    await listenToSounds(page)
  }

  const agentAt = (agentId: string) => room.atPhone(agentId, before)

  /** These keys are shown, each is its button's alone and in view without scrolling, and no other key presses anything. */
  async function keysAre(page: Page, shown: readonly string[], { idle = [] as readonly string[] } = {}) {
    const told = async () => (await keyHints(page)).map(({ key, disabled }) => (disabled ? `(${key})` : key))
    const wanted = shown.map((key) => (idle.includes(key) ? `(${key})` : key)).sort()
    await until(async () => (await told()).sort().join() === wanted.join(), `keys ${wanted.join()}`, 30_000).catch(
      async (error: unknown) => {
        throw new Error(`the page shows ${(await told()).sort().join()}`, { cause: error })
      },
    )
    expect(await outOfReach(page)).toEqual([])
    const clicks = await clicksBy(page, keys)
    for (const key of keys) {
      const does = shown.includes(key) && !idle.includes(key)
      expect(clicks[key], key).toEqual(does ? [expect.stringContaining(`${key} `)] : [])
    }
    for (const hint of await otherHints(page)) expect(['F1', 'F7', '↵']).toContain(hint)
  }

  test('each key that is shown is its button’s alone, in every state; keys reach the menu of a branch, also in a three-way call', async () => {
    const page = await agentAt('8501')
    await keysAre(page, status, { idle: ['F2'] })
    await page.keyboard.press('Alt+b')
    await agentIs(page, 'notReady')
    await keysAre(page, status)
    await page.keyboard.press('F2')
    await agentIs(page, 'ready')

    const { call, callId } = await room.centre.call('0', { tone: pitch.citizen })
    await phoneIs(page, 'ringing')
    await agentIs(page, 'ringing')
    await keysAre(page, [...status, 'F3', 'Alt+R'], { idle: ['F2'] })
    await page.keyboard.press('F3')
    await phoneIs(page, 'talking')
    await page.getByTestId('ticket-state').waitFor()
    const alone = { idle: ['F2', 'F8', 'F9', 'F10', 'Alt+A', 'Alt+D'] }
    await keysAre(page, [...status, ...talking, ...ticket], alone)
    await page.keyboard.press('Alt+e')
    await keysAre(page, [...status, ...talking, ...ticket, 'Alt+1', 'Alt+2', 'Alt+3', 'Alt+4', 'Escape'], {
      // The test's city has no way to these two.
      idle: [...alone.idle, 'Alt+3', 'Alt+4'],
    })
    await page.keyboard.press('Escape')
    await page.keyboard.press('F4')
    await talkSays(page, '保持')
    await keysAre(page, [...status, ...talking, ...ticket], alone)
    await page.keyboard.press('F4')
    await talkSays(page, '通话中')

    room.centre.branch('12333', { kind: 'ring' })
    await consult(page, '12333')
    await talkSays(page, '正在呼叫 12333')
    await keysAre(page, [...status, ...talking, ...searched], {
      idle: ['F2', 'F4', 'F8', 'F9', 'Alt+A', 'Alt+D', 'Alt+T'],
    })
    await page.keyboard.press('F10')
    await talkSays(page, '通话中')
    await keysAre(page, [...status, ...talking, ...searched], alone)

    const registrar = { host: '127.0.0.1', port: room.centre.stack.ports.sip }
    const onCall = { kind: 'answer', afterMs: 0, tone: pitch.branch } as const
    const branch = room.centre.phones.phone({ user: '12366', password: '', transport: 'udp', registrar, onCall })
    await consult(page, '12366')
    const menu = await branch.nextCall()
    await talkSays(page, '与 12366 通话')
    await keysAre(page, [...status, ...talking, ...searched], { idle: ['F2', 'F4', 'Alt+A', 'Alt+D', 'Alt+T'] })
    await hearsPitch(page, pitch.branch)
    await page.keyboard.press('Alt+k')
    for (const key of ['2', '#', '*', '0']) await page.keyboard.press(key)
    await page.getByRole('button', { name: '7', exact: true }).click()
    await until(() => menu.digitsHeard === '2#*07', 'the branch has the keys', 30_000)
    expect(await page.getByTestId('pressed').innerText()).toBe('2#*07')
    expect(await outOfReach(page)).toEqual([])
    await keepPicture(page, `desk-keypad-${variant.sipServer}`)

    await page.keyboard.press('F8')
    await talkSays(page, '三方通话 12366')
    await keysAre(page, [...status, ...talking, ...searched], { idle: ['F2', 'F4', 'F8', 'Alt+A', 'Alt+D', 'Alt+T'] })
    await Promise.all([hearsPitch(page, pitch.citizen), hearsPitch(page, pitch.branch)])
    await page.getByRole('button', { name: '5', exact: true }).click()
    await page.keyboard.press('1')
    await until(() => menu.digitsHeard === '2#*0751', 'the branch has the keys of the three-way call', 30_000)
    await page.keyboard.press('Alt+k')
    await page.getByTestId('pressed').waitFor({ state: 'detached' })

    await page.keyboard.press('F9')
    await room.centre.timeline.until('call.transferred', (data) => data.callId === callId)
    await agentIs(page, 'wrapUp')
    await keysAre(page, [...status, ...searched], { idle: ['Alt+A', 'Alt+D', 'Alt+T'] })
    await page.fill('#answer', '已转税务热线')
    await keysAre(page, [...status, ...searched], { idle: ['Alt+D', 'Alt+T'] })
    await page.keyboard.press('Alt+a')
    await page.getByTestId('ticket-state').filter({ hasText: '当场答复' }).waitFor()
    await keysAre(page, [...status, ...searched], { idle: searched })
    await page.keyboard.press('F2')
    await agentIs(page, 'ready')
    await branch.close()
    await call.hangUp()
  })

  test('what is next after a busy branch is there again when the page is loaded again, and each step has its key', async () => {
    const page = await agentAt('8502')
    const { call, callId, from } = await room.centre.call('0', { tone: pitch.citizen })
    await phoneIs(page, 'ringing')
    await page.keyboard.press('F3')
    await phoneIs(page, 'talking')
    await page.getByTestId('ticket-state').waitFor()
    await talkSays(page, '通话中')
    room.centre.branch('12333', { kind: 'reject', status: 486 })
    const steps = page.locator('[data-test=next-steps][data-outcome=busy]')
    const offered = [...status, ...talking, ...ticket, 'Alt+N', 'Alt+C', 'Alt+X']
    const alone = { idle: ['F2', 'F8', 'F9', 'F10', 'Alt+A', 'Alt+D'] }
    const reload = async () => {
      await page.reload()
      await phoneIs(page, 'talking')
      await talkSays(page, '通话中')
      await page.getByTestId('ticket-state').waitFor()
    }
    await consult(page, '12333')
    await steps.waitFor()

    await reload()
    await steps.getByText('12333：占线').waitFor()
    await keysAre(page, offered, alone)
    await page.keyboard.press('Alt+c')
    const task = await room.centre.timeline.until('callback.opened', (data) => data.callId === callId)
    expect(task.data.callerNumber).toBe(from.user)
    await page.keyboard.press('Alt+n')
    const advised = await room.centre.timeline.until('call.advised', (data) => data.callId === callId)
    expect(advised.data.target).toBe('12333')
    await talkSays(page, '播报中')
    await page.keyboard.press('F4')
    await talkSays(page, '通话中')
    await page.keyboard.press('Alt+x')
    await steps.waitFor({ state: 'detached' })
    await reload()
    await keysAre(page, [...status, ...talking, ...ticket], alone)

    await page.keyboard.press('Alt+b')
    await page.getByText('通话后：示忙').waitFor()
    await keysAre(page, [...status, ...talking, ...ticket], { idle: ['F8', 'F9', 'F10', 'Alt+A', 'Alt+D'] })
    await page.keyboard.press('Alt+h')
    const { data } = await room.centre.timeline.until('call.released', (each) => each.callId === callId)
    expect(data.by).toBe('agent')
    await call.ended
    await room.centre.admin.post(`/callbacks/${task.data.callbackId}/cancel`, { reason: 'the test is over' })
  })

  test('the page rings and talks at the devices that were chosen; answered or given up, it is silent', async () => {
    const page = await agentAt('8503')
    await page.locator('summary').filter({ hasText: '测试耳机' }).click()
    const headsetTest = page.getByRole('button', { name: '测试耳机' })
    await headsetTest.click()
    const devices = await loudspeakers(page)
    const [headset = '', table = ''] = ['Fake Audio Output 1', 'Fake Audio Output 2'].map((name) => devices.get(name))
    await page.getByRole('button', { name: '结束测试' }).click()
    await page.getByLabel('扬声器').selectOption(headset)
    await page.getByLabel('振铃设备').selectOption(table)
    await headsetTest.click()
    await until(async () => (await playsAt(page)).includes(headset), 'the own voice is at the headset', 30_000)
    await page.getByRole('button', { name: '结束测试' }).click()
    expect(new Set([headset, table, '']).size).toBe(3)
    const rungOnce = async () => {
      await page.getByRole('button', { name: '试听振铃' }).click()
      // One second of sound may be over before a busy machine has listened: then it is rung again.
      return (await rings(page, 2000).catch(() => '')) === table
    }
    await until(rungOnce, 'the ring is heard at the table', 30_000)
    await isSilent(page)

    const { call } = await room.centre.call('0', { tone: pitch.citizen })
    expect(await rings(page)).toBe(table)
    await page.keyboard.press('F3')
    await isSilent(page)
    await hearsPitch(page, pitch.citizen)
    expect(await playsAt(page)).toEqual([headset])
    await call.hangUp()
    await agentIs(page, 'wrapUp')
    await page.keyboard.press('F2')
    await agentIs(page, 'ready')

    const given = await room.centre.call('0')
    expect(await rings(page)).toBe(table)
    await given.call.hangUp()
    await isSilent(page)
  })
})
