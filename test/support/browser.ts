import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import axe, { type AxeResults } from 'axe-core'
import { type Browser, type BrowserContext, chromium, type Page, selectors } from 'playwright-core'
import { findProgram, isExecutable } from '../../scripts/launch/find-program.ts'
import { projectRoot } from '../../src/kernel/index.ts'
import { artefacts } from './artefacts.ts'
import { PageDiary, type PageFailure } from './page-diary.ts'
import { toneFile } from './tone.ts'
import { startUntouched } from './untouched-browser.ts'

/** This machine by a name that is not of loopback, so that its pages of HTTP are not secure. */
export const otherHost = 'desk.test'

/** A person at a screen: a login and the size of the window. */
export interface Visit {
  readonly url: string
  readonly username: string
  readonly password: string
  readonly path: string
  readonly size?: { readonly width: number; readonly height: number }
  /** What is put into the window before its first page. */
  readonly before?: (page: Page) => Promise<void>
}

export interface BrowserOptions {
  /** Hertz of the tone that its microphones hear. */
  readonly tone?: number
  /** Nothing sounds in a page until somebody touches it, as in the browsers of people. */
  readonly silenced?: boolean
  /** A window in which one page may be frozen (frozen-page.ts). */
  readonly freezable?: boolean
}

/**
 * Of the tests in a browser. Chromium beside a whole centre on two cores now and then misses a step for reasons of its own, so a
 * test that failed is run once more; what failed first is kept by {@link TestBrowser.leave} and counted by `scripts/test`.
 */
export const inBrowser = { timeout: 180_000, retry: 1 } as const

/** Chromium of this machine, or undefined. */
export function findChromium(): string | undefined {
  const named = process.env['CHROMIUM']
  if (named !== undefined && isExecutable(named)) return named
  return findProgram('chromium', 'chromium-browser', 'google-chrome')
}

/** Two seconds of a tone, which Chromium repeats; kept for whoever asks for the same one. */
function soundOf(tone: number): string {
  const path = join(tmpdir(), `yihao-tone-${tone}-${process.pid}.wav`)
  if (!existsSync(path)) {
    writeFileSync(path, toneFile(tone, 2000))
    process.once('exit', () => rmSync(path, { force: true }))
  }
  return path
}

let pagesAreBuilt = false

/** Once a test file: what was changed since is in it. The hotline looks for the pages when it starts, so the browser comes first. */
function buildPages(): void {
  if (pagesAreBuilt) return
  execFileSync(join(projectRoot(), 'node_modules/.bin/vite'), ['build', 'web', '--logLevel', 'warn'], {
    cwd: projectRoot(),
    stdio: 'inherit',
  })
  pagesAreBuilt = true
}

/** A real Chromium, with the pages as they are built now. What goes wrong in a page is kept in {@link faults}. */
export class TestBrowser {
  /** Errors of pages that nobody caught, and what the content security policy refused. */
  readonly faults: string[] = []
  readonly #browser: Browser
  readonly #isFreezable: boolean
  readonly #diaries: PageDiary[] = []

  private constructor(browser: Browser, { isFreezable = false } = {}) {
    this.#browser = browser
    this.#isFreezable = isFreezable
  }

  static async start({ tone, silenced = false, freezable = false }: BrowserOptions = {}): Promise<TestBrowser> {
    const executablePath = findChromium()
    if (!executablePath) throw new Error('no Chromium: apt-get install chromium, or name one with CHROMIUM')
    buildPages()
    mkdirSync(artefacts, { recursive: true })
    // As root Chromium has no sandbox; nothing but our own pages is opened.
    const quiet = ['background-networking', 'component-update', 'gpu', 'quic', 'sync'].map(
      (what) => `--disable-${what}`,
    )
    const media = [
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--autoplay-policy=${silenced ? 'document-user-activation' : 'no-user-gesture'}-required`,
      ...(tone === undefined ? [] : [`--use-file-for-fake-audio-capture=${soundOf(tone)}`]),
    ]
    // Certificates of the tests are signed by nobody; a host of this name is this machine, and no loopback to a page.
    const hosts = ['--ignore-certificate-errors', `--host-resolver-rules=MAP ${otherHost} 127.0.0.1`]
    const args = ['--no-sandbox', '--no-first-run', ...quiet, ...media, ...hosts]
    selectors.setTestIdAttribute('data-test')
    if (freezable) return new TestBrowser(await startUntouched({ executablePath, args }), { isFreezable: true })
    return new TestBrowser(await chromium.launch({ executablePath, headless: true, args }))
  }

  /** A new window with cookies of its own, on a page. */
  async open(
    url: string,
    size: Visit['size'] = { width: 1366, height: 768 },
    before: (page: Page) => Promise<void> = async () => undefined,
  ): Promise<Page> {
    const context = await this.#context(size)
    context.setDefaultTimeout(30_000)
    const page = await context.newPage()
    this.#diaries.push(new PageDiary(page))
    page.on('pageerror', (error) => this.faults.push(error.message))
    page.on('console', (line) => {
      if (/Content Security Policy|\[Vue warn\]/.test(line.text())) this.faults.push(line.text())
    })
    await before(page)
    await page.goto(url)
    return page
  }

  async login({ url, username, password, path, size, before }: Visit): Promise<Page> {
    const page = await this.open(`${url}${path}`, size, before)
    await page.fill('#username', username)
    await page.fill('#password', password)
    await page.keyboard.press('Enter')
    await page.waitForURL(({ pathname }) => pathname === path)
    return page
  }

  /** Closes what a test opened; when it failed, each page is kept first as a picture and in words. */
  async leave({ failed }: { readonly failed: PageFailure | null }): Promise<void> {
    const diaries = this.#diaries.splice(0)
    if (failed)
      for (const [index, diary] of diaries.entries())
        await diary.keep({ ...failed, name: `${failed.name}-${index + 1}` })
    if (this.#isFreezable) return
    await Promise.all(diaries.map(({ page }) => page.context().close()))
  }

  /** Seconds of CPU that all processes of this browser have used so far. */
  async cpuSeconds(): Promise<number> {
    const session = await this.#browser.newBrowserCDPSession()
    const { processInfo } = await session.send('SystemInfo.getProcessInfo')
    await session.detach()
    return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0)
  }

  async close(): Promise<void> {
    await this.#browser.close()
  }

  async #context(size: Visit['size']): Promise<BrowserContext> {
    const [own] = this.#browser.contexts()
    if (this.#isFreezable && own) return own
    return this.#browser.newContext({ viewport: size ?? null, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' })
  }
}

/** Keeps a picture of the page as `artefacts/browser/<name>.png`. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(artefacts, `${name}.png`) })
}

/** Once a page: every load would read one more half megabyte for each time, until a busy machine is not done within a test's patience. */
const withAxe = new WeakSet<Page>()

/** Puts axe into whatever the page loads from now on: by the debugger, since the page's own policy allows no script but ours. */
export async function giveAxe(page: Page): Promise<void> {
  if (withAxe.has(page)) return
  withAxe.add(page)
  await page.addInitScript({ content: axe.source })
}

/** What axe finds of serious and critical impact in a page that is loaded anew, by WCAG 2.2 A and AA. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await giveAxe(page)
  await page.reload()
  await page.waitForLoadState('load')
  await page
    .locator('main')
    .waitFor()
    .catch(async (error: unknown) => {
      throw new Error(`${page.url()} shows ${await page.locator('body').innerHTML()}`, { cause: error })
    })
  return findingsNow(page)
}

/** The same of a page as it stands, with what was opened in it; axe was put in before it was loaded. */
export async function findingsNow(page: Page): Promise<string[]> {
  // A colour that is still changing, as of a button that was just clicked, would be judged by chance.
  await page.evaluate(
    `Promise.allSettled(document.getAnimations().filter((each) => each.effect.getComputedTiming().iterations < Infinity).map((each) => each.finished))`,
  )
  const result = (await page.evaluate(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })`,
  )) as AxeResults
  return result.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}
