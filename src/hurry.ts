import type { Clock } from './kernel/index.ts'
import type { SwitchPort } from './switch/index.ts'

/** Milliseconds between looks whether somebody waits. */
const lookEvery = 100

/** Has the switches poll without a pause while callers wait; ends when the function it returns is called. */
export function hurryWhileSomebodyWaits({
  switches,
  somebodyWaits,
  clock,
}: {
  switches: readonly SwitchPort[]
  somebodyWaits: () => boolean
  clock: Clock
}): () => void {
  let cancel = () => {}
  const look = () => {
    for (const switchPort of switches) switchPort.hurry(somebodyWaits())
    cancel = clock.after(lookEvery, look)
  }
  look()
  return () => cancel()
}
