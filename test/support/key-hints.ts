import type { Page } from 'playwright-core'

/** A key that is shown in a page: on which button, and whether that can be pressed now. */
export interface KeyHint {
  readonly key: string
  readonly disabled: boolean
}

/** Runs in the page: clicks do nothing from now on but to be noted, with the key and the words of what was clicked. */
const trap = `
window.clicked = []
window.noteClick = (event) => {
  event.stopImmediatePropagation()
  event.preventDefault()
  const button = event.target.closest('button')
  clicked.push((button?.getAttribute('aria-keyshortcuts') ?? 'no key') + ' ' + button?.innerText.replace(/\\s+/g, ' ').trim())
}
window.addEventListener('click', noteClick, true)`

/** The hints of buttons that are seen now. */
export async function keyHints(page: Page): Promise<KeyHint[]> {
  return (await page.evaluate(`[...document.querySelectorAll('[aria-keyshortcuts]')]
    .filter((button) => button.checkVisibility())
    .map((button) => ({ key: button.getAttribute('aria-keyshortcuts'), disabled: button.disabled }))`)) as KeyHint[]
}

/**
 * Buttons with a key that somebody at the page does not see now: below the window's edge, scrolled away or under something else. The
 * page itself is among them when it is higher than its window.
 */
export async function outOfReach(page: Page): Promise<string[]> {
  return (await page.evaluate(`(() => {
    const { scrollHeight, clientHeight } = document.documentElement
    const covered = [...document.querySelectorAll('[aria-keyshortcuts]')].filter((button) => {
      const { x, y, width, height } = button.getBoundingClientRect()
      const isOffered = button.checkVisibility() && !button.closest('[inert]')
      return isOffered && !button.contains(document.elementFromPoint(x + width / 2, y + height / 2))
    })
    return [...(scrollHeight > clientHeight ? ['the page scrolls'] : []), ...covered.map(({ innerText }) => innerText)]
  })()`)) as string[]
}

/** Keys that are shown beside no button: those of a field, which they bring the cursor to. */
export async function otherHints(page: Page): Promise<string[]> {
  return (await page.evaluate(`[...document.querySelectorAll('kbd')]
    .filter((hint) => hint.checkVisibility() && !hint.closest('[aria-keyshortcuts]'))
    .map((hint) => hint.innerText)`)) as string[]
}

/**
 * Presses every key of `keys` in the page and tells what was clicked by it: the words of the button, after the key that is shown on
 * it. Nothing is done by these clicks.
 */
export async function clicksBy(page: Page, keys: readonly string[]): Promise<Record<string, readonly string[]>> {
  await page.evaluate(trap)
  const clicks: Record<string, readonly string[]> = {}
  for (const key of keys) {
    await page.keyboard.press(key)
    clicks[key] = (await page.evaluate('clicked.splice(0)')) as string[]
  }
  await page.evaluate("window.removeEventListener('click', noteClick, true)")
  return clicks
}
