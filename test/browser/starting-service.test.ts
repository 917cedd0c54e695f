import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HotlineClient } from '../../scripts/client/hotline-client.ts'
import { password } from '../support/agent-page.ts'
import { findChromium, inBrowser, TestBrowser } from '../support/browser.ts'
import { type HotlineInProcess, startHotlineInProcess } from '../support/hotline-in-process.ts'

describe.skipIf(!findChromium())('a page that comes while the service is starting', inBrowser, () => {
  let service: HotlineInProcess
  let browser: TestBrowser
  beforeAll(async () => {
    browser = await TestBrowser.start()
    service = await startHotlineInProcess()
    const admin = await HotlineClient.login(service.url, { username: 'admin', password: service.adminPassword })
    await admin.post('/users', { username: 'zhang', password, role: 'supervisor' })
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await service?.stop()
  })

  test('is there as soon as its files come, and asks nobody to log in who has', async () => {
    const page = await browser.login({ url: service.url, username: 'zhang', password, path: '/supervisor' })
    const missing = { files: 0, sessions: 0 }
    await page.route('**/assets/reports-page-*.js', async (route) => {
      missing.files += 1
      await (missing.files <= 2 ? route.abort() : route.continue())
    })
    await page.route('**/api/v1/session', async (route) => {
      missing.sessions += 1
      await (missing.sessions <= 2 ? route.fulfill({ status: 503, body: '' }) : route.continue())
    })

    await page.goto(`${service.url}/reports`)

    await page.locator('main').waitFor()
    expect(new URL(page.url()).pathname).toBe('/reports')
    expect(missing).toEqual({ files: 3, sessions: 3 })
  })
})
