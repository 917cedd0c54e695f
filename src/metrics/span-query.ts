import Type from 'typebox'
import { HotlineError } from '../kernel/index.ts'
import type { Thresholds } from './figures.ts'
import type { Span } from './history-store.ts'

class SpanInvalid extends HotlineError {
  readonly code = 'span-invalid'
  readonly status = 400
}

/** Which span of time is asked for, and by which thresholds it is counted. */
export const spanQuery = Type.Object({
  from: Type.Optional(Type.String({ format: 'date-time', description: 'default: 24 hours ago' })),
  to: Type.Optional(Type.String({ format: 'date-time', description: 'default: now' })),
  queue: Type.Optional(Type.String()),
  answerWithin: Type.Number({ minimum: 1, maximum: 3600, default: 15, description: 'T in seconds' }),
  shortAbandon: Type.Optional(Type.Number({ minimum: 0, maximum: 60, description: "seconds; default: the city's" })),
  interval: Type.Integer({ minimum: 1, maximum: 1440, default: 15, description: 'minutes' }),
})

export const intervalQuery = Type.Object({
  ...spanQuery.properties,
  by: Type.Enum(['queue', 'line'], { default: 'queue', description: 'line: the number that was dialled' }),
})

const day = 24 * 60 * 60 * 1000
const longestSpan = 400 * day

/** Span and thresholds of a request. Throws {@link SpanInvalid}. */
export function readSpan(query: {
  from?: string
  to?: string
  queue?: string
  answerWithin: number
  shortAbandon: number
}): { span: Span; thresholds: Thresholds } {
  return {
    span: { ...spanOf(query), queue: query.queue },
    thresholds: { answerWithinMs: query.answerWithin * 1000, shortAbandonMs: query.shortAbandon * 1000 },
  }
}

/** Throws {@link SpanInvalid}. */
export function spanOf(query: { from?: string; to?: string }): { from: Date; to: Date } {
  const to = query.to === undefined ? new Date() : new Date(query.to)
  const from = query.from === undefined ? new Date(to.getTime() - day) : new Date(query.from)
  const length = to.getTime() - from.getTime()
  if (!(length > 0 && length <= longestSpan))
    throw new SpanInvalid('from must be before to, and at most 400 days before')
  return { from, to }
}
