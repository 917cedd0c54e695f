import { spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

/**
 * A Chromium whose pages Playwright leaves as they are. It tells those it opens itself that they are in front and seen, always,
 * and a page that is seen cannot be frozen.
 */
export async function startUntouched({
  executablePath,
  args,
}: {
  executablePath: string
  args: readonly string[]
}): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'yihao-chromium-'))
  const own = ['--headless', '--lang=zh-CN', '--remote-debugging-port=0', `--user-data-dir=${profile}`]
  const daemon = spawn(executablePath, [...args, ...own, 'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'] })
  const exited = new Promise<void>((resolve) => daemon.once('exit', () => resolve()))
  const address = await new Promise<string>((resolve, reject) => {
    let told = ''
    daemon.stderr.on('data', (chunk: Buffer) => {
      told += chunk.toString()
      const url = /ws:\/\/127\S+/.exec(told)?.[0]
      if (url) resolve(url)
    })
    daemon.once('exit', () => reject(new Error(`Chromium ended right after its start: ${told}`)))
  })
  const browser = await chromium.connectOverCDP(address, { noDefaults: true })
  browser.once('disconnected', () => {
    daemon.kill()
    // Its helpers write for a moment longer.
    void exited.then(() => rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 }))
  })
  return browser
}
