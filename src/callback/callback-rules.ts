import Type, { type Static } from 'typebox'

const seconds = (minimum: number, maximum: number) => Type.Optional(Type.Integer({ minimum, maximum }))

/** Calling citizens back, as the city's file writes it. */
export const callbackSetting = Type.Object(
  {
    calendar: Type.String({ pattern: '^[a-z0-9-]{1,50}$' }),
    key: Type.Optional(Type.String({ pattern: '^[1-9]$' })),
    attempts: Type.Optional(Type.Integer({ minimum: 1, maximum: 20 })),
    retryAfter: seconds(1, 86_400),
    expireAfter: seconds(1, 2_592_000),
    missedCalls: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
)

/** Times in seconds. */
export interface CallbackRules {
  /** Citizens are rung only while this calendar is open: not at night. */
  readonly calendar: string
  /** Asks for a callback while waiting; undefined: only what the overflow chain offers. */
  readonly key: string | undefined
  /** Calls without an answer after which a callback is given up. */
  readonly attempts: number
  /** Pause after a citizen was not reached. */
  readonly retryAfter: number
  /** Age at which a callback is given up. */
  readonly expireAfter: number
  /** Whether an abandoned call becomes a callback. */
  readonly missedCalls: boolean
}

export function toCallbackRules(setting: Static<typeof callbackSetting>): CallbackRules {
  return { key: undefined, attempts: 3, retryAfter: 600, expireAfter: 86_400, missedCalls: true, ...setting }
}
