import Type, { type Static } from 'typebox'
import { Value } from 'typebox/value'

const strict = { additionalProperties: false }
const text = (maxLength: number) => Type.String({ minLength: 1, maxLength })
const intervalTexts = Type.Array(Type.String(), { maxItems: 24 })
const exceptionSchema = Type.Object(
  {
    date: Type.Optional(text(10)),
    from: Type.Optional(text(10)),
    to: Type.Optional(text(10)),
    closed: Type.Optional(Type.Literal(true)),
    hours: Type.Optional(intervalTexts),
    reason: text(200),
  },
  strict,
)
const calendarSchema = Type.Object(
  {
    always: Type.Optional(Type.Literal(true)),
    zone: Type.Optional(text(60)),
    weekly: Type.Optional(Type.Record(Type.String(), intervalTexts)),
    holidays: Type.Optional(text(20)),
    makeUpDays: Type.Optional(text(20)),
    exceptions: Type.Optional(Type.Array(exceptionSchema, { maxItems: 500 })),
  },
  strict,
)
export const calendarsSchema = Type.Record(Type.String(), calendarSchema)
export type CalendarFile = Static<typeof calendarSchema>
export type ExceptionFile = Static<typeof exceptionSchema>

/** Notes a fault at the place in the file that the keys lead to. */
export type Fault = (keys: readonly string[], message: string) => void

/** Tells everything about the shape of the content that is wrong. */
export function shapeFaults(content: unknown, fault: Fault): void {
  for (const { keyword, instancePath, message } of Value.Errors(calendarsSchema, content)) {
    if (keyword === 'additionalProperties') continue // Each setting too many is told by itself as well.
    const keys = instancePath.split('/').slice(1).map(unescaped)
    fault(keys, keyword === 'boolean' ? `unknown setting ${keys.at(-1)}` : message)
  }
}

/** A key as JSON Pointer writes it (RFC 6901 section 4). */
function unescaped(key: string): string {
  return key.replaceAll('~1', '/').replaceAll('~0', '~')
}
