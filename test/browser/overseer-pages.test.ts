import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HotlineClient } from '../../scripts/client/hotline-client.ts'
import { projectRoot } from '../../src/kernel/index.ts'
import { findChromium, inBrowser, keepPicture, seriousFindings, TestBrowser } from '../support/browser.ts'
import { type HotlineInProcess, startHotlineInProcess } from '../support/hotline-in-process.ts'
import { readWorkbook } from '../support/read-workbook.ts'
import { recordAbandonedCall, recordAnsweredCall } from '../support/recorded-calls.ts'

const password = 'a long password'

interface Plan {
  readonly slots: readonly {
    minute: number
    arrivals: number
    seats: number
    needed: Readonly<Record<string, number>>
  }[]
}

/** Two calls that were answered, one of them late, and one that was given up. */
async function recordToday(service: HotlineInProcess): Promise<void> {
  const queuedAt = Date.now() - 60_000
  await service.record((log) => {
    for (const wait of [3000, 9000])
      recordAnsweredCall(log, { queue: 'tax', queuedAt, answeredAt: queuedAt + wait, releasedAt: queuedAt + 30_000 })
    recordAbandonedCall(log, { queue: 'tax', queuedAt, abandonedAt: queuedAt + 20_000 })
  })
}

const day = 86_400_000
/** 10:00 in China, two days ago. */
const morning = new Date(Math.floor(Date.now() / day - 2) * day + 2 * 3_600_000)
const weekdayOfMorning = `星期${'日一二三四五六'.charAt(morning.getUTCDay())}`

/** The same on four days, of which that morning is the last: enough to say how many seats are needed. */
async function recordMornings(service: HotlineInProcess): Promise<void> {
  for (const before of [3, 2, 1, 0]) await recordMorning(service, morning.getTime() - before * day)
}

/** Two agents and twelve calls of two minutes in half an hour; every third gives up. */
async function recordMorning(service: HotlineInProcess, begin: number): Promise<void> {
  await service.record((log) => {
    const change = (agentId: string, to: 'ready' | 'talking' | 'offline', at: number) =>
      log.append(
        'agent.state-changed',
        { agentId, from: 'ready', to, status: 'available', reason: null, extension: agentId, callId: null },
        at,
      )
    for (const agentId of ['8001', '8002']) change(agentId, 'ready', begin - 60_000)
    for (let call = 0; call < 12; call += 1) {
      const queuedAt = begin + call * 140_000
      const times = { queue: 'general', queuedAt }
      if (call % 3 === 2) recordAbandonedCall(log, { ...times, abandonedAt: queuedAt + 30_000 })
      else {
        change('8001', 'talking', queuedAt + 5000)
        change('8001', 'ready', queuedAt + 125_000)
        recordAnsweredCall(log, { ...times, answeredAt: queuedAt + 5000, releasedAt: queuedAt + 125_000 })
      }
    }
    for (const agentId of ['8001', '8002']) change(agentId, 'offline', begin + 1_800_000)
  })
}

/** The cells of a report as CSV (RFC 4180), row by row; no cell of ours has a comma or a quote in it. */
function readCsv(file: Buffer): string[][] {
  const lines = file
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimEnd()
    .split('\r\n')
  return lines.map((line) => line.split(','))
}

describe.skipIf(!findChromium())('the pages of those who oversee the hotline', inBrowser, () => {
  let service: HotlineInProcess
  let browser: TestBrowser
  let menusDir = ''
  let admin: HotlineClient
  const visit = (path: string) => browser.login({ url: service.url, username: 'zhang', password, path })
  beforeAll(async () => {
    menusDir = await mkdtemp(join(tmpdir(), 'yihao-menus-'))
    await cp(join(projectRoot(), 'ivr/menus'), menusDir, { recursive: true })
    browser = await TestBrowser.start()
    service = await startHotlineInProcess({ MENUS_DIR: menusDir })
    admin = await HotlineClient.login(service.url, { username: 'admin', password: service.adminPassword })
    await recordMornings(service)
    await recordToday(service)
    await admin.post('/users', { username: 'zhang', password, role: 'supervisor' })
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await service?.stop()
  })

  test('the menu tree, a dry run by keys, prompts to listen to, and what is wrong with a changed file', async () => {
    const page = await visit('/menus')
    await page.locator('[data-menu=social-security]').waitFor()
    expect(await page.locator('[data-menu]').count()).toBe(5)
    await page.getByText('→ 菜单 services（见上）').first().waitFor()

    await page.getByRole('button', { name: '呼叫', exact: true }).click()
    await page.locator('[data-menu=language][data-current]').waitFor()
    await page.getByRole('button', { name: '1', exact: true }).click()
    await page.locator('[data-menu=services][data-current]').waitFor()
    await page.getByRole('button', { name: '不按键' }).click()
    await page.getByRole('button', { name: '1', exact: true }).click()
    await page.getByRole('button', { name: '2', exact: true }).click()
    await page.getByText('队列：税务 · 按键选择').waitFor()
    await page.getByRole('button', { name: '撤销一步' }).click()
    await page.locator('[data-menu=tax][data-current]').waitFor()

    const sound = page.waitForResponse((answer) => answer.url().endsWith('/menu-prompts/en/choose-tax/audio'))
    await page.getByRole('button', { name: '英语' }).click()
    await page.locator('[data-prompt=choose-tax]').getByRole('button').click()
    expect((await (await sound).body()).subarray(0, 4).toString()).toBe('RIFF')

    await page.getByRole('button', { name: 'English' }).click()
    await page.locator('[data-menu=tax]').getByText('Income tax').waitFor()
    await page.getByRole('button', { name: '中文' }).click()

    const file = join(menusDir, 'service-lines.yaml')
    const good = await readFile(file, 'utf8')
    await writeFile(file, good.replace('queue: tax', 'queue: taxi'))
    const line = good.split('\n').findIndex((each) => each.includes('queue: tax')) + 1
    await page.getByRole('alert').getByText(`service-lines.yaml:${line}`).waitFor()
    await page.getByRole('alert').getByText('"taxi"').waitFor()
    await page.evaluate('scrollTo(0, 0)')
    await keepPicture(page, 'menus')
    expect(await seriousFindings(page)).toEqual([])
    await writeFile(file, good)
    await page.getByRole('alert').waitFor({ state: 'detached' })
    expect(browser.faults).toEqual([])
  })

  test('reports show what the API tells, and are downloaded as CSV and as a workbook', async () => {
    const page = await visit('/reports')
    await page.getByRole('row').filter({ hasText: '税务' }).getByText('66.7%').first().waitFor()
    await keepPicture(page, 'reports')
    expect(await seriousFindings(page)).toEqual([])
    const saved = async (name: string) => {
      const download = page.waitForEvent('download')
      await page.getByRole('link', { name }).click()
      return readFile(await (await download).path())
    }

    const opened = async () => [readCsv(await saved('下载 CSV')), readWorkbook(await saved('下载 XLSX'))] as const
    const [text, workbook] = await opened()
    expect(text[0]?.slice(0, 3)).toEqual(['开始时间', '队列/线路', '来电'])
    expect(text[1]?.slice(1, 4)).toEqual(['tax', '3', '2'])
    expect(workbook[1]?.slice(1, 4)).toEqual(['tax', 3, 2])
    expect(workbook.map((row) => row.length)).toEqual(text.map((row) => row.length))
    await page.getByRole('button', { name: '坐席报表' }).click()
    await page.getByRole('cell', { name: '8001' }).waitFor()
    const [agentText, agents] = await opened()
    expect(agentText[0]?.[0]).toBe('坐席')
    const shown = page.getByRole('row').filter({ hasText: '8001' }).getByRole('cell')
    expect(agentText.find(([agentId]) => agentId === '8001')?.[1]).toBe((await shown.allInnerTexts())[1])
    expect(agents.map((row) => String(row[0]))).toEqual(agentText.map((row) => row[0]))
    const told = page.waitForResponse((answer) => answer.url().includes('/api/v1/staffing'))
    await page.getByRole('button', { name: '编席' }).click()
    await page.getByText('80% 的来电在 15 秒内').waitFor()
    const halfHour = page
      .locator('[data-test=staffing] tbody tr')
      .filter({ has: page.getByText('10:00', { exact: true }) })
    const plan = (await (await told).json()) as Plan
    const slot = plan.slots.find(({ minute }) => minute === 600)
    expect(slot?.seats).toBeGreaterThan(0)
    const needed = (await halfHour.locator('strong').allInnerTexts()).map(Number)
    expect(needed).toEqual([slot?.needed['erlangC'], slot?.needed['erlangA'], slot?.needed['simulation']])
    await halfHour.scrollIntoViewIfNeeded()
    await keepPicture(page, 'staffing')
    expect(await seriousFindings(page)).toEqual([])
    await page.locator('[data-test=staffing]').waitFor()

    await admin.put(`/calendar-days/${morning.toISOString().slice(0, 10)}`, { kind: 'holiday', name: '调休' })
    const planOf = async (days: string) => {
      await page.getByRole('combobox', { name: '日期类型' }).press('Enter')
      await page.getByRole('option', { name: days, exact: true }).click()
      const answer = page.waitForResponse((told) => told.url().includes('/api/v1/staffing'))
      await page.getByRole('button', { name: '查询' }).click()
      return (await (await answer).json()) as Plan
    }
    const holidays = await planOf('节假日')
    expect(holidays.slots.find(({ minute }) => minute === 600)?.arrivals).toBe(12)
    await halfHour.getByText('1 天 12 通').waitFor()
    await halfHour.getByText('数据不足').waitFor()
    expect((await planOf(weekdayOfMorning)).slots).toEqual([])
    expect(browser.faults).toEqual([])
  })
})
