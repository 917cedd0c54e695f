import { onScopeDispose, type Ref, ref } from 'vue'

/** What browsers take for a touch of the page. */
const touches = ['keydown', 'pointerdown', 'pointerup'] as const
/** Milliseconds after which a sound that is allowed plays. */
const begins = 1000

/**
 * Whether the browser lets nothing sound here: browsers do so in a page nobody has touched since it came
 * (https://developer.chrome.com/blog/autoplay), a desk that was opened by itself after a crash, say. With the first touch `touched` runs.
 */
export function useSilencedPage(touched: () => void): Ref<boolean> {
  const silenced = ref(false)
  const probe = new AudioContext()
  const timer = setTimeout(() => {
    silenced.value = probe.state !== 'running' && !navigator.userActivation.hasBeenActive
  }, begins)

  function onTouch(): void {
    // Escape, for one, is none.
    if (!navigator.userActivation.hasBeenActive) return
    end()
    silenced.value = false
    touched()
  }
  function end(): void {
    clearTimeout(timer)
    for (const touch of touches) window.removeEventListener(touch, onTouch, true)
    if (probe.state !== 'closed') void probe.close()
  }
  for (const touch of touches) window.addEventListener(touch, onTouch, true)
  onScopeDispose(end)
  return silenced
}
