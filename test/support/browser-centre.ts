import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, type TestContext } from 'vitest'
import { agentIs, password, phoneIs, talkSays } from './agent-page.ts'
import { type BrowserOptions, TestBrowser } from './browser.ts'
import { Centre, type CentreOptions } from './centre.ts'
import type { PageFailure } from './page-diary.ts'
import { hearsPitch } from './page-ears.ts'
import type { TelephoneCall } from './telephone.ts'

/** Hertz of what the two send. */
interface Pitch {
  readonly agent: number
  readonly citizen: number
}

interface BrowserCentreOptions
  extends Omit<CentreOptions, 'city' | 'tickets'>,
    Pick<BrowserOptions, 'tone' | 'silenced'> {
  /** What its tests find in each centre. */
  readonly prepare?: (centre: Centre) => Promise<void>
}

/**
 * A {@link BrowserCentre} for the tests of one `describe`; after each of them nothing of it is left, and a test that is run once
 * more has a centre that nobody used.
 */
export function browserCentre(options: BrowserCentreOptions): BrowserCentre {
  const room = new BrowserCentre(options)
  beforeAll(() => room.start())
  afterEach(({ task }) => room.leave(task))
  afterAll(() => room.stop())
  return room
}

/** A centre with ticket service, and a browser for its pages; the supervisor `zhang` can log in. */
export class BrowserCentre {
  readonly #options: BrowserCentreOptions
  readonly #browsers: TestBrowser[] = []
  #centre: Centre | undefined

  constructor(options: BrowserCentreOptions) {
    this.#options = options
  }

  get centre(): Centre {
    return there(this.#centre)
  }

  /** The agents'. */
  get browser(): TestBrowser {
    return there(this.#browsers[0])
  }

  get url(): string {
    return `http://127.0.0.1:${this.centre.stack.ports.http}`
  }

  async start(): Promise<void> {
    const { tone, silenced = false } = this.#options
    // The hotline looks for the pages when it starts; the browser builds them.
    await this.startBrowser({ silenced, ...(tone !== undefined && { tone }) })
    await this.#startCentre()
  }

  async #startCentre(): Promise<void> {
    const { prepare, ...options } = this.#options
    this.#centre = await Centre.start({ ...options, city: 'desk-city.yaml', tickets: {} })
    await this.#centre.admin.post('/users', { username: 'zhang', password, role: 'supervisor' })
    await prepare?.(this.#centre)
  }

  /** A citizen calls, the page rings, the agent answers, and both hear each other. */
  async talk(page: Page, pitch: Pitch) {
    const talk = await this.centre.call('0', { tone: pitch.citizen })
    await phoneIs(page, 'ringing')
    await page.keyboard.press('F3')
    await hearEachOther(page, talk.call, pitch)
    // Voices are there a moment before the desk knows, and its keys do nothing until then.
    await talkSays(page, '通话中')
    return talk
  }

  /** One more browser, for others than the agents. */
  async startBrowser(options: BrowserOptions): Promise<TestBrowser> {
    const browser = await TestBrowser.start(options)
    this.#browsers.push(browser)
    return browser
  }

  /** An agent at the own desk, ready, whose phone rings until it is answered. */
  async atDesk(agentId: string) {
    const phone = await this.centre.agent(agentId, { ready: false })
    const page = await this.#atOwnDesk(agentId)
    await signIn(page)
    return { page, phone }
  }

  /** An agent whose phone is the browser, at the desk and ready; `before` is put into the window before its first page. */
  async atPhone(agentId: string, before: (page: Page) => Promise<void>, browser = this.browser): Promise<Page> {
    const { admin } = this.centre
    await admin.createAgent({ agentId, name: agentId, phonePassword: password, languages: ['cmn', 'en'] })
    const page = await this.#atOwnDesk(agentId, { browser, before })
    await page.getByTestId('phone-kind').selectOption('browser')
    await signIn(page)
    return page
  }

  /**
   * After each test: its pages are closed, and no call and nobody at work is left. Of one that failed the pages are kept in
   * `artefacts/browser`, and the centre, which may be in any state, is another from now on.
   */
  async leave(test: TestContext['task']): Promise<void> {
    const failed = failureOf(test)
    for (const browser of this.#browsers) await browser.leave({ failed })
    if (failed === null) return this.centre.clear()
    await this.centre.stop()
    await this.#startCentre()
  }

  async stop(): Promise<void> {
    await Promise.all(this.#browsers.map((browser) => browser.close()))
    await this.#centre?.stop()
  }

  async #atOwnDesk(
    agentId: string,
    { browser = this.browser, before = async () => undefined }: AtDesk = {},
  ): Promise<Page> {
    await this.centre.admin.post('/users', { username: agentId, password, role: 'agent', agentId })
    return browser.login({ url: this.url, username: agentId, password, path: '/desk', before })
  }
}

/** The agent in the page, which has ears, and the citizen. */
export async function hearEachOther(page: Page, call: TelephoneCall, pitch: Pitch): Promise<void> {
  await hearsPitch(page, pitch.citizen)
  expect(await call.hears(pitch.agent, { withinMs: 20_000 })).toBe(true)
}

function there<Part>(part: Part | undefined): Part {
  if (part === undefined) throw new Error('the centre of these tests has not started')
  return part
}

interface AtDesk {
  readonly browser?: TestBrowser
  readonly before?: (page: Page) => Promise<void>
}

async function signIn(page: Page): Promise<void> {
  await page.getByRole('button', { name: '签入' }).click()
  await agentIs(page, 'notReady')
  await page.keyboard.press('F2')
  await agentIs(page, 'ready')
}

function failureOf({ fullTestName, result }: TestContext['task']): PageFailure | null {
  if (result?.state !== 'fail') return null
  const name = fullTestName.replaceAll(/[^A-Za-z0-9]+/g, '-').slice(0, 100)
  const why = (result.errors ?? []).map(({ message }) => message).join('\n')
  return { name: `${name}-${(result.retryCount ?? 0) + 1}`, why }
}
