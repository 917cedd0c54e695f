import { onMounted, onUnmounted } from 'vue'

/** Keys that work wherever the cursor stands; the browser's own meaning of them is put aside. */
export function useKeys(keys: Readonly<Record<string, () => void>>): void {
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return
    const action = keys[event.altKey ? `Alt+${event.key.toUpperCase()}` : event.key]
    if (!action) return
    event.preventDefault()
    if (!event.repeat) action()
  }
  onMounted(() => window.addEventListener('keydown', onKey))
  onUnmounted(() => window.removeEventListener('keydown', onKey))
}
