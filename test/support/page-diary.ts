import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page, Request } from 'playwright-core'
import { artefacts } from './artefacts.ts'

/** Lines of a diary that are kept. */
const lines = 200

/** Of a test. */
export interface PageFailure {
  /** As part of a file's name. */
  readonly name: string
  readonly why: string
}

/** What a page said and asked for while a test ran, for whoever must find out why the test failed. */
export class PageDiary {
  readonly page: Page
  readonly #told: string[] = []
  readonly #unanswered = new Set<Request>()

  constructor(page: Page) {
    this.page = page
    page.on('console', (line) => this.#write(`${line.type()}: ${line.text()}`))
    page.on('pageerror', (error) => this.#write(`error: ${error.stack ?? error.message}`))
    page.on('framenavigated', (frame) => this.#write(`at ${frame.url()}`))
    page.on('request', (request) => this.#unanswered.add(request))
    page.on('requestfinished', (request) => this.#ended(request, 'answered'))
    page.on('requestfailed', (request) => this.#ended(request, request.failure()?.errorText ?? 'failed'))
  }

  /** Keeps the page as `artefacts/browser/failed-<name>.png` and what is known of it beside that. */
  async keep({ name, why }: PageFailure): Promise<void> {
    const path = join(artefacts, `failed-${name}`)
    const shown = this.page.isClosed() ? 'the page was closed' : await this.#shown(`${path}.png`)
    const unanswered = [...this.#unanswered].map((request) => `unanswered: ${request.method()} ${request.url()}`)
    writeFileSync(`${path}.txt`, [why, this.page.url(), shown, ...unanswered, ...this.#told, ''].join('\n'))
  }

  /** A page that hangs has no picture, which is told in its place. */
  async #shown(picture: string): Promise<string | null> {
    try {
      await this.page.screenshot({ path: picture, timeout: 5000 })
      return await this.page.locator('body').textContent({ timeout: 5000 })
    } catch (error) {
      return String(error)
    }
  }

  #ended(request: Request, how: string): void {
    this.#unanswered.delete(request)
    this.#write(`${how}: ${request.method()} ${request.url()}`)
  }

  #write(line: string): void {
    this.#told.push(`${new Date().toISOString()} ${line}`)
    if (this.#told.length > lines) this.#told.shift()
  }
}
