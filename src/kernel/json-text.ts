/** Escapes of NUL and of lone surrogates, and of a backslash before such letters, which is none. */
const mayBeRefused = /\\u(?:0000|d[89a-f])/

/**
 * JSON as PostgreSQL takes it: it refuses NUL and lone surrogates, and one refused text would hold up all that is written
 * with it. The text has no line breaks of its own.
 */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value)
  if (!mayBeRefused.test(text)) return text
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'string' ? part.toWellFormed().replaceAll('\0', '') : part,
  )
}
