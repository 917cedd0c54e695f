import { type Logger as PinoLogger, pino } from 'pino'

export type Logger = PinoLogger

/** Log levels in use, from the most talkative to silence. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/**
 * The process's logger: one JSON object a line on standard output.
 * Secrets are redacted by key, wherever a careless caller logs a whole object.
 */
export function createLogger({ name, level }: { name: string; level: LogLevel }): Logger {
  return pino({ name, level, redact: ['*.password', '*.secret', '*.token', 'password', 'secret', 'token'] })
}
