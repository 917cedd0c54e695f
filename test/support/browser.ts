import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import axe, { type AxeResults } from 'axe-core'
import { type Browser, chromium, type Page, selectors } from 'playwright-core'
import { findProgram, isExecutable } from '../../scripts/launch/find-program.ts'
import { projectRoot } from '../../src/kernel/index.ts'

const artefacts = join(projectRoot(), 'artefacts/browser')

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

/** Chromium of this machine, or undefined. */
export function findChromium(): string | undefined {
  const named = process.env['CHROMIUM']
  if (named !== undefined && isExecutable(named)) return named
  return findProgram('chromium', 'chromium-browser', 'google-chrome')
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

  private constructor(browser: Browser) {
    this.#browser = browser
  }

  /** `sound`: a WAV file that is what its microphones hear, again and again. */
  static async start({ sound }: { sound?: string } = {}): Promise<TestBrowser> {
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
      '--autoplay-policy=no-user-gesture-required',
      ...(sound === undefined ? [] : [`--use-file-for-fake-audio-capture=${sound}`]),
    ]
    const args = ['--no-sandbox', '--no-first-run', ...quiet, ...media]
    selectors.setTestIdAttribute('data-test')
    return new TestBrowser(await chromium.launch({ executablePath, headless: true, args }))
  }

  /** A new window with cookies of its own, on a page. */
  async open(
    url: string,
    size: Visit['size'] = { width: 1366, height: 768 },
    before: (page: Page) => Promise<void> = async () => undefined,
  ): Promise<Page> {
    const context = await this.#browser.newContext({ viewport: size, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' })
    context.setDefaultTimeout(30_000)
    const page = await context.newPage()
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

  async close(): Promise<void> {
    await this.#browser.close()
  }
}

/** Keeps a picture of the page as `artefacts/browser/<name>.png`. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(artefacts, `${name}.png`) })
}

/** What axe finds of serious and critical impact in a page, by WCAG 2.2 A and AA. */
export async function seriousFindings(page: Page): Promise<string[]> {
  // Put in by the debugger, since the page's own policy allows no script but ours.
  await page.addInitScript({ content: axe.source })
  await page.reload()
  await page.waitForLoadState('load')
  await page.locator('main').waitFor()
  const result = (await page.evaluate(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })`,
  )) as AxeResults
  return result.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}
