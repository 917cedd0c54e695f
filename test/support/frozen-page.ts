import type { Page } from 'playwright-core'

/**
 * Freezes a page of a freezable browser as Chromium does with one in the background that it finds needless (Page Lifecycle): none
 * of its tasks run any more, its timers rest, and its WebSockets are closed.
 */
export async function freeze(page: Page): Promise<void> {
  await setLifecycle(page, 'frozen')
}

/** Somebody looks at it again. */
export async function thaw(page: Page): Promise<void> {
  await setLifecycle(page, 'active')
  const session = await page.context().newCDPSession(page)
  await session.send('Emulation.setFocusEmulationEnabled', { enabled: true })
}

async function setLifecycle(page: Page, state: 'frozen' | 'active'): Promise<void> {
  const session = await page.context().newCDPSession(page)
  await session.send('Page.setWebLifecycleState', { state })
  await session.detach()
}
