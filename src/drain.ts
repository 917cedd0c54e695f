import type { CallSupervisor } from './call/index.ts'
import type { Clock, Logger } from './kernel/index.ts'

/** Waits for the calls in progress, up to a limit. */
export async function untilIdle({
  supervisor,
  clock,
  seconds,
  logger,
}: {
  supervisor: CallSupervisor
  clock: Clock
  seconds: number
  logger: Logger
}): Promise<void> {
  const end = clock.now() + seconds * 1000
  while (supervisor.calls().length > 0 && clock.now() < end) {
    await new Promise<void>((resolve) => clock.after(200, resolve))
  }
  const left = supervisor.calls().length
  if (left > 0) logger.warn({ calls: left }, 'stopping with calls in progress: they go on at the switch')
}
