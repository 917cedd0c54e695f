/**
 * A refusal or failure whose `code` never changes: clients match on it, the HTTP layer turns it into
 * problem+json (RFC 9457) with `status`.
 */
export abstract class HotlineError extends Error {
  abstract readonly code: string
  /** HTTP status that fits the refusal. */
  abstract readonly status: number

  override get name(): string {
    return this.constructor.name
  }
}

/** A configuration value, file or environment variable that cannot be used; the message says where and the mend. */
export class ConfigurationError extends HotlineError {
  readonly code = 'configuration-invalid'
  readonly status = 500
}

/** The text of anything that was thrown, for a log line. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
