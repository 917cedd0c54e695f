import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { agentIs, password, phoneIs, talkSays } from '../support/agent-page.ts'
import { BaresipPhones } from '../support/baresip/baresip-phones.ts'
import { hasBaresip } from '../support/baresip/baresip-process.ts'
import {
  findChromium,
  inBrowser,
  keepPicture,
  otherHost,
  seriousFindings,
  type TestBrowser,
} from '../support/browser.ts'
import { browserCentre, hearEachOther } from '../support/browser-centre.ts'
import { variants } from '../support/centre.ts'
import { giveEars, hearsNoPitch, hearsPitch } from '../support/page-ears.ts'
import { until } from '../support/until.ts'

const pitch = { agent: 1400, citizen: 1000, branch: 1700 } as const

describe.skipIf(!findChromium()).each(variants())('phones in a browser on $name', inBrowser, (variant) => {
  const room = browserCentre({ variant, tone: pitch.agent, secured: true, env: { CITIZEN_PHONE: 'on' } })
  let citizens: TestBrowser
  beforeAll(async () => {
    citizens = await room.startBrowser({ tone: pitch.citizen })
  })

  const agentAt = (agentId: string) => room.atPhone(agentId, giveEars)

  /** A citizen who dialled 12345 and hears the welcome, and presses 0. */
  async function citizenCalls(): Promise<Page> {
    const page = await citizens.open(`${room.url}/phone`, { width: 800, height: 700 }, giveEars)
    await page.locator('[data-test=phone-state][data-line=registered]').waitFor()
    await page.getByRole('button', { name: '拨打' }).click()
    await phoneIs(page, 'talking')
    const heard = page.getByTestId('other-level')
    await until(async () => Number(await heard.getAttribute('value')) > 0.4, 'the prompt is heard', 30_000)
    await page.getByRole('button', { name: '0', exact: true }).click()
    return page
  }

  test('caller and agent in two tabs: pop before the answer, voices both ways, mute, hold, hang up', async () => {
    const agent = await agentAt('8201')
    const citizen = await citizenCalls()
    await phoneIs(agent, 'ringing')
    await agent.locator('.state[data-state=ringing]').waitFor()
    expect(await agent.getByTestId('number').innerText()).toBe('匿名')
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

    await talkSays(agent, '通话中')
    await agent.keyboard.press('F4')
    await talkSays(agent, '保持')
    await Promise.all([hearsNoPitch(agent, pitch.citizen), hearsNoPitch(citizen, pitch.agent)])
    await agent.keyboard.press('F4')
    await Promise.all([hearsPitch(agent, pitch.citizen), hearsPitch(citizen, pitch.agent)])

    await citizen.getByTestId('hang-up').click()
    await phoneIs(agent, 'none')
    await agent.locator('.state[data-state=wrapUp]').waitFor()
  })

  test('a ringing call is rejected, a caller transferred unannounced and the agent signed out, each by its key', async () => {
    const agent = await agentAt('8206')
    const { call, callId } = await room.centre.call('0', { tone: pitch.citizen })
    await phoneIs(agent, 'ringing')
    await agent.keyboard.press('Alt+r')
    const rejected = await room.centre.timeline.until('agent.offer-failed', (data) => data.callId === callId)
    expect(rejected.data.outcome).toBe('rejected')
    await agentIs(agent, 'notReady')
    await agent.keyboard.press('F2')
    await phoneIs(agent, 'ringing')
    await agent.keyboard.press('F3')
    await talkSays(agent, '通话中')

    room.centre.branch('12366', { kind: 'answer', afterMs: 0, tone: pitch.branch })
    await agent.keyboard.press('F7')
    await agent.keyboard.type('12366')
    await agent.getByRole('button', { name: '转接 Alt T', disabled: false }).waitFor()
    await agent.keyboard.press('Alt+t')
    const { data } = await room.centre.timeline.until('call.transferred', (each) => each.callId === callId)
    expect(data.target).toBe('12366')
    expect(room.centre.timeline.of('call.consulted').some((each) => each.data.callId === callId)).toBe(false)
    expect(await call.hears(pitch.branch, { withinMs: 20_000 })).toBe(true)
    await agentIs(agent, 'wrapUp')
    await call.hangUp()

    await agent.keyboard.press('Alt+o')
    await agentIs(agent, 'offline')
  })

  test.skipIf(!hasBaresip)(
    'a citizen at a baresip and an agent in the browser: voices both ways, hold, hang up',
    async () => {
      const agent = await agentAt('8205')
      const phones = await BaresipPhones.start({ otherPhones: room.centre.phones.sipPort })
      const registrar = { host: '127.0.0.1', port: room.centre.stack.ports.sip }
      const citizen = phones.phone({ user: '13700000001', password: '', registrar })

      const { call, callId } = await room.centre.call('0', { from: citizen, tone: pitch.citizen })
      await phoneIs(agent, 'ringing')
      expect(await agent.getByTestId('number').innerText()).toBe(citizen.user)
      await agent.keyboard.press('F3')
      await hearEachOther(agent, call, pitch)
      await talkSays(agent, '通话中')
      await agent.keyboard.press('F4')
      await talkSays(agent, '保持')
      await hearsNoPitch(agent, pitch.citizen)
      await agent.keyboard.press('F4')
      await hearEachOther(agent, call, pitch)
      await call.hangUp()

      await agent.locator('.state[data-state=wrapUp]').waitFor()
      await room.centre.timeline.until('call.released', (data) => data.callId === callId && data.by === 'caller')
      await phones.close()
    },
  )

  test('the headset is tested before the first call; a page that is closed is no phone any more', async () => {
    const agent = await agentAt('8203')
    await agent.locator('summary').filter({ hasText: '测试耳机' }).click()
    await agent.getByRole('button', { name: '测试耳机' }).click()
    const level = agent.getByTestId('test-level')
    await until(async () => Number(await level.getAttribute('value')) > 0.4, 'the own voice is seen', 30_000)
    expect(await agent.getByLabel('麦克风').locator('option').count()).toBeGreaterThan(1)
    await agent.getByRole('button', { name: '结束测试' }).click()
    await level.waitFor({ state: 'detached' })

    await agent.close()

    const login = () =>
      room.centre.admin.post('/agents/8203/login', { extension: 'web-8203' }).then(
        () => 'there',
        (error: Error) => error.message,
      )
    await until(async () => (await login()).includes('phone-not-registered'), 'the phone is gone', 30_000)
  })

  test('a page that came from elsewhere without TLS has no phone, and says what to do', async () => {
    const insecure = room.url.replace('127.0.0.1', otherHost)
    await room.centre.admin.createAgent({ agentId: '8204', name: '8204', phonePassword: password })
    await room.centre.admin.post('/users', { username: '8204', password, role: 'agent', agentId: '8204' })

    const desk = await room.browser.login({ url: insecure, username: '8204', password, path: '/desk' })
    const citizen = await citizens.open(`${insecure}/phone`)

    await desk.getByTestId('phone-kind').selectOption('browser')
    expect(await desk.getByTestId('insecure').innerText()).toContain('https://')
    expect(await desk.getByRole('button', { name: '签入' }).isDisabled()).toBe(true)
    await keepPicture(desk, `no-microphone-${variant.sipServer}`)
    await citizen.locator('[data-test=phone-state][data-line=insecure]').waitFor()
  })

  test("axe finds nothing serious on the citizen's page, and no page broke a rule", async () => {
    const page = await citizens.open(`${room.url}/phone`)

    expect(await seriousFindings(page)).toEqual([])
    await keepPicture(page, `citizen-${variant.sipServer}`)
    expect([...room.browser.faults, ...citizens.faults]).toEqual([])
  })
})
