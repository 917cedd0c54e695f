/** Ends a timer that has not gone off. */
export type StopTimer = () => void

const waiting = new Map<number, () => void>()
let worker: Worker | undefined
let last = 0

/**
 * Calls `then` once after `ms`, also while another tab is in front: a browser lets the timers of a hidden page go off once a
 * minute only, which is too late for a registration or for a line that is down. Those of a worker go on.
 */
export function after(ms: number, then: () => void): StopTimer {
  last += 1
  const id = last
  waiting.set(id, then)
  theWorker().postMessage({ id, ms })
  return () => {
    if (waiting.delete(id)) theWorker().postMessage({ id })
  }
}

function theWorker(): Worker {
  if (worker) return worker
  worker = new Worker(new URL('./timer-worker.ts', import.meta.url), { type: 'module' })
  worker.addEventListener('message', ({ data: id }: MessageEvent<number>) => {
    const then = waiting.get(id)
    waiting.delete(id)
    then?.()
  })
  return worker
}
