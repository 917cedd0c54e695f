import type { Logger } from './log.ts'

/** Milliseconds within which a second signal is taken for the first one's echo. */
const sameSignalMs = 2000

/**
 * Ends the process in order on SIGTERM and SIGINT: `stop` runs once; a second signal, or `limitMs` without an end,
 * ends it at once. What nobody caught is logged and ends the process too, so that whoever watches over it can start
 * it anew from a known state.
 */
export function endOnSignal({
  logger,
  limitMs,
  stop,
}: {
  logger: Logger
  limitMs: number
  stop: () => Promise<void>
}): void {
  let stoppingSince = 0
  const end = (reason: string, code: number) => {
    // A terminal's Ctrl-C reaches every process of its group, and whoever started us may pass it on: that is one signal.
    if (stoppingSince > 0 && Date.now() - stoppingSince < sameSignalMs) return
    if (stoppingSince > 0) process.exit(1)
    stoppingSince = Date.now()
    logger.info({ reason }, 'stopping')
    setTimeout(() => process.exit(1), limitMs).unref()
    stop().then(
      () => process.exit(code),
      (error: unknown) => {
        logger.error({ err: error }, 'stopping failed')
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', () => end('SIGTERM', 0))
  process.on('SIGINT', () => end('SIGINT', 0))
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'uncaught exception')
    end('uncaught exception', 1)
  })
}
