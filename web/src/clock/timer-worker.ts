/** Runs in a worker: sleeps for the page, which says `{ id, ms }` to be woken and `{ id }` when it does not want to be any more. */
const sleeping = new Map<number, ReturnType<typeof setTimeout>>()

self.addEventListener('message', ({ data: { id, ms } }: MessageEvent<{ id: number; ms?: number }>) => {
  clearTimeout(sleeping.get(id))
  sleeping.delete(id)
  if (ms === undefined) return
  const wake = () => {
    sleeping.delete(id)
    self.postMessage(id)
  }
  sleeping.set(id, setTimeout(wake, ms))
})
