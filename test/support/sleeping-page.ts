import type { Page } from 'playwright-core'

/**
 * Runs in the page. Chromium without a screen hides no tab, so the timers of a hidden one are made here as Chromium has them: after
 * some minutes they go off once a minute at most. Those of workers go on, and what the network brings is heard at once.
 */
const drowsiness = `
{
  let asleep = false
  const late = (ms) => (asleep ? Math.max(ms ?? 0, 60000) : ms)
  const [later, often] = [window.setTimeout, window.setInterval]
  window.setTimeout = (task, ms, ...rest) => later(task, late(ms), ...rest)
  window.setInterval = (task, ms, ...rest) => often(task, late(ms), ...rest)
  window.fallAsleep = () => {
    asleep = true
    Object.defineProperty(document, 'visibilityState', { value: 'hidden' })
    Object.defineProperty(document, 'hidden', { value: true })
    document.dispatchEvent(new Event('visibilitychange'))
  }
}`

/** Before the first page of a window. */
export async function canSleep(page: Page): Promise<void> {
  await page.addInitScript({ content: drowsiness })
}

export async function fallAsleep(page: Page): Promise<void> {
  await page.evaluate('fallAsleep()')
}
