import type { Cancel, Clock } from './clock.ts'

/** Resolves when `done` does, or after `ms` milliseconds, whichever comes first; rejects as `done` does. */
export async function within(clock: Clock, done: Promise<unknown>, ms: number): Promise<void> {
  let cancel: Cancel = () => {}
  const late = new Promise<void>((resolve) => {
    cancel = clock.after(ms, resolve)
  })
  try {
    await Promise.race([done, late])
  } finally {
    cancel()
  }
}
