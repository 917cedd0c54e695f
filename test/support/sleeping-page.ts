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

/**
 * Runs in the page: what it would do by its own clock after five seconds or more, which it sleeps through in a worker, is not done. What
 * it does all the same it was told.
 */
const standingClock = `
{
  const post = Worker.prototype.postMessage
  Worker.prototype.postMessage = function (message) {
    if (!(message.ms >= 5000)) post.call(this, message)
  }
}`

/** Before the first page of a window. */
export async function stopClock(page: Page): Promise<void> {
  await page.addInitScript({ content: standingClock })
}

export async function fallAsleep(page: Page): Promise<void> {
  await page.evaluate('fallAsleep()')
}
