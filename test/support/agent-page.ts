import type { Page } from 'playwright-core'

/** Of everybody who logs in at a page. */
export const password = 'a long password'

/** Pages of a busy machine are slow. */
const patience = { timeout: 30_000 }

/** What the phone of a page shows of its call: `none`, `ringing`, `talking`, `held`. */
export const phoneIs = (page: Page, state: string) =>
  page.locator(`[data-test=phone-state][data-call=${state}]`).waitFor(patience)

/** What the phone of a page shows of its line: `registered`, `lost` and the like. */
export const lineIs = (page: Page, line: string) =>
  page.locator(`[data-test=phone-state][data-line=${line}]`).waitFor(patience)

export const agentIs = (page: Page, state: string) => page.locator(`.state[data-state=${state}]`).waitFor(patience)

/** What the desk says of the talk, e.g. 保持. */
export const talkSays = (page: Page, words: string) =>
  page.locator('.call .talk').filter({ hasText: words }).waitFor(patience)

/** Consults by keys, once the desk knows whom. */
export async function consult(page: Page, who: string): Promise<void> {
  await page.keyboard.press('F7')
  await page.keyboard.type(who)
  await page.locator('.branches button:enabled').filter({ hasText: '↵' }).waitFor(patience)
  await page.keyboard.press('Enter')
}
