import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { HotlineClient } from '../../scripts/client/hotline-client.ts'
import { agentIs, password } from '../support/agent-page.ts'
import { findChromium, inBrowser, keepPicture, TestBrowser } from '../support/browser.ts'
import { cityWithBranches } from '../support/city-with-branches.ts'
import { forgetList } from '../support/forget-list.ts'
import { type HotlineInProcess, startHotlineInProcess } from '../support/hotline-in-process.ts'

/** No telephone is in these tests. */
const nobodysPort = 9

/** The city of the desk tests, whose callbacks nobody has more than some seconds for. */
async function hastyCity(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'yihao-city-'))
  const file = cityWithBranches({ folder, file: 'desk-city.yaml', sipPort: nobodysPort })
  const city = await readFile(file, 'utf8')
  await writeFile(file, city.replace('callback: {', 'callback: { expireAfter: 5,'))
  return file
}

// The list is the same at every switch.
describe.skipIf(!findChromium())('the callbacks at a desk', inBrowser, () => {
  let browser: TestBrowser
  let service: HotlineInProcess
  let admin: HotlineClient
  beforeAll(async () => {
    browser = await TestBrowser.start()
    service = await startHotlineInProcess({ CITY: await hastyCity() })
    admin = await HotlineClient.login(service.url, { username: 'admin', password: service.adminPassword })
    for (const agentId of ['8001', '8002']) {
      await admin.createAgent({ agentId, name: agentId, phonePassword: password })
      await admin.post('/users', { username: agentId, password, role: 'agent', agentId })
    }
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await service?.stop()
  })

  /** A desk that knows where the feed begins, and is told of callbacks by its facts alone. */
  async function deskOf(agentId: string): Promise<Page> {
    const page = await browser.login({ url: service.url, username: agentId, password, path: '/desk' })
    await agentIs(page, 'offline')
    await forgetList(page)
    return page
  }

  test('opened, given up or not called in time: every desk knows it by the fact, and says who was not called', async () => {
    const desks = [await deskOf('8001'), await deskOf('8002')]

    await admin.post('/callbacks', { number: '13800000001' })
    const { callbackId } = await admin.post<{ callbackId: string }>('/callbacks', { number: '13800000002' })
    await admin.post(`/callbacks/${callbackId}/cancel`, { reason: 'called already' })

    for (const desk of desks) {
      await desk.getByTestId('expired').getByText('13800000001 已过期').waitFor()
      await desk.locator('[data-callback]').waitFor({ state: 'detached' })
      await keepPicture(desk, 'desk-callback-expired')
    }
  })
})
