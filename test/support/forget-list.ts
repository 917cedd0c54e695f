import type { Page } from 'playwright-core'

/** From now on the page is not told the list of callbacks, however often it asks: what changes there it has of the facts alone. */
export async function forgetList(page: Page): Promise<void> {
  await page.route(/\/callbacks\?/, (route) => route.abort())
}
