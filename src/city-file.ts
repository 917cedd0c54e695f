import Type, { type Static } from 'typebox'
import Value from 'typebox/value'
import { callbackSetting } from './callback/index.ts'
import { overflowAction, overflowActionForms, overflowChain } from './queue/index.ts'

const seconds = (minimum: number, maximum: number) => Type.Integer({ minimum, maximum })
const days = Type.Integer({ minimum: 1, maximum: 36_500 })
const closed = { additionalProperties: false }
const oneOfThem = { ...closed, minProperties: 1, maxProperties: 1 }
const name = Type.String({ pattern: '^[a-z0-9-]{1,50}$' })
const skill = Type.String({ pattern: '^[a-z0-9-]{1,50}(:[1-9])?$' })
const codes = Type.Record(name, Type.String({ minLength: 1, maxLength: 100 }), closed)

// When the wallboard alarms; `answeredInTime` in per cent of today's calls.
const alarm = Type.Object(
  {
    waiting: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
    longestWait: Type.Optional(seconds(1, 86_400)),
    answeredInTime: Type.Optional(Type.Number({ minimum: 1, maximum: 100 })),
  },
  closed,
)
const behaviour = {
  alarm: Type.Optional(alarm),
  priority: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
  answerWithin: Type.Optional(seconds(1, 600)),
  announceEvery: Type.Optional(seconds(5, 600)),
  ringFor: Type.Optional(seconds(2, 120)),
  wrapUp: Type.Optional(seconds(0, 3600)),
  rating: Type.Optional(Type.Boolean()),
  maxWait: Type.Optional(seconds(10, 86_400)),
  afterMaxWait: Type.Optional(overflowAction),
  overflow: Type.Optional(overflowChain),
  relax: Type.Optional(
    Type.Array(
      Type.Object(
        {
          after: seconds(1, 86_400),
          drop: Type.Optional(Type.Array(name)),
          lower: Type.Optional(Type.Record(name, Type.Integer({ minimum: 1, maximum: 9 }))),
        },
        closed,
      ),
      { maxItems: 10 },
    ),
  ),
}
const whenClosed = Type.Object(
  {
    announce: Type.Optional(name),
    voicemail: Type.Optional(Type.Object({ queue: name, greeting: Type.Optional(name) }, closed)),
  },
  oneOfThem,
)
/** What a city's file may say; what belongs together across its parts is checked in `city-faults.ts`. */
export const citySchema = Type.Object(
  {
    name,
    defaults: Type.Optional(Type.Object(behaviour, closed)),
    queues: Type.Record(name, Type.Object({ skills: Type.Array(skill), ...behaviour }, closed), {
      ...closed,
      minProperties: 1,
    }),
    // Checked by the stage whose they are.
    calendars: Type.Optional(Type.Unknown()),
    // Checked by the ticket service.
    tickets: Type.Optional(Type.Unknown()),
    lines: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^\\+?[0-9]{3,15}$' }),
        Type.Object(
          { calendar: name, whenClosed, keepRecordings: Type.Optional(days), alarm: Type.Optional(alarm) },
          closed,
        ),
        closed,
      ),
    ),
    recording: Type.Optional(Type.Object({ keepDays: days }, closed)),
    voicemail: Type.Optional(
      Type.Object(
        {
          longest: Type.Optional(seconds(5, 3600)),
          silence: Type.Optional(seconds(1, 60)),
          shortest: Type.Optional(seconds(1, 30)),
        },
        closed,
      ),
    ),
    callback: Type.Optional(callbackSetting),
    // Why agents take breaks, and what calls were about: codes and what they mean.
    // Numbers that are never graded as a nuisance, whatever they do.
    emergencyNumbers: Type.Optional(Type.Array(Type.String({ pattern: '^\\+?[0-9]{3,20}$' }))),
    nuisance: Type.Optional(
      Type.Object({ warning: Type.Optional(name), refusal: Type.Optional(name), queue: Type.Optional(name) }, closed),
    ),
    breakReasons: Type.Optional(codes),
    wrapUpCodes: Type.Optional(codes),
    // Seconds before which a caller who gives up did not really wait.
    shortAbandon: Type.Optional(seconds(0, 60)),
    phoneReturnWithin: Type.Optional(seconds(1, 120)),
    outbound: Type.Optional(
      Type.Object(
        {
          trunk: Type.String({ pattern: '^sip:[^\\s@]+$' }),
          numbers: Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { minItems: 1 }),
          ringFor: Type.Optional(seconds(5, 120)),
          hours: Type.Optional(name),
          outcomes: Type.Optional(Type.Array(name, { minItems: 1 })),
        },
        closed,
      ),
    ),
    branches: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^[0-9]{3,15}$' }),
        Type.Object(
          {
            name: Type.String({ minLength: 1 }),
            mode: Type.Optional(Type.Enum(['sub-centre', 'specialist-seats', 'direct-merge'])),
            route: Type.Optional(Type.String({ pattern: '^sip:[^\\s@]+(@[^\\s@]+)?$' })),
            queue: Type.Optional(name),
            ringFor: Type.Optional(seconds(2, 120)),
            hours: Type.Optional(name),
            capacity: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
            languages: Type.Optional(Type.Array(name)),
            advice: Type.Optional(name),
            returnWithin: Type.Optional(seconds(0, 600)),
          },
          closed,
        ),
        closed,
      ),
    ),
    emergency: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^1(10|19|20|22)$' }),
        Type.Object(
          {
            name: Type.Optional(Type.String({ minLength: 1 })),
            route: Type.String({ pattern: '^sip:[^\\s@]+(@[^\\s@]+)?$' }),
            ringFor: Type.Optional(seconds(2, 120)),
          },
          closed,
        ),
        closed,
      ),
    ),
  },
  closed,
)
export type CityFile = Static<typeof citySchema>
export type Behaviour = NonNullable<CityFile['defaults']>

/** The part of the ticket service's rules that is the whole hotline's: by when a person is to answer. */
const statedGoal = Type.Object({
  targets: Type.Object({
    answeredWithin: Type.Object({
      seconds: Type.Integer({ minimum: 1 }),
      target: Type.Number({ minimum: 1, maximum: 99.9 }),
    }),
  }),
})
/** Shenzhen's goal for 12345; see docs/metrics.md. */
const usualGoal = { share: 0.8, within: 15 }

/** The share of calls to be answered in time that the city has set itself. */
export function goalOf(tickets: CityFile['tickets']): { share: number; within: number } {
  if (!Value.Check(statedGoal, tickets)) return usualGoal
  const { seconds: within, target } = tickets.targets.answeredWithin
  return { share: target / 100, within }
}

/** What is expected, where the schema's own words would not tell. */
export function shapeDetail(keyword: string, keys: readonly string[]): string | undefined {
  if (keyword.endsWith('Properties') && keys.at(-1) === 'whenClosed') {
    return 'must be { announce: PROMPT } or { voicemail: { queue: NAME, greeting: PROMPT } }'
  }
  if (keyword === 'anyOf') return `must be ${overflowActionForms}`
  const namesQueue = keyword === 'boolean' && keys.length === 2 && keys[0] === 'queues'
  return namesQueue ? 'the name of a queue is of small letters, digits and hyphens' : undefined
}
