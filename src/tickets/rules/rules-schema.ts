import Type, { type Static } from 'typebox'

const closed = { additionalProperties: false }
const word = Type.String({ pattern: '^[a-z0-9-]{1,50}$' })
const limit = Type.String({ minLength: 1, maxLength: 40 })
const share = Type.Integer({ minimum: 0, maximum: 100 })

/** What can be asked of a hotline; the names citizens and officials see are the city's. */
export const ticketKinds = ['consultation', 'help', 'complaint', 'suggestion', 'callback', 'voicemail', 'call'] as const
export const urgencies = ['ordinary', 'urgent'] as const
/**
 * The stages of a ticket that have a limit. `callOut`: until the unit is phoned about an urgent matter [56]; `return`: in which a unit may
 * say "not ours"; `archive`: after closing.
 */
export const limitedStages = [
  'accept',
  'dispatch',
  'callOut',
  'sign',
  'return',
  'arbitrate',
  'handle',
  'review',
  'visit',
  'archive',
] as const

const unitSchema = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    parent: Type.Optional(word),
    type: Type.Optional(Type.Enum(['department', 'partner', 'sub-centre'])),
    leader: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
    phone: Type.Optional(Type.String({ pattern: '^\\+?[0-9]{3,15}$' })),
  },
  closed,
)

/** What stands under `tickets:` in a city's file. */
export const rulesSchema = Type.Object(
  {
    prefix: Type.String({ pattern: '^[A-Z]{1,6}$' }),
    calendar: word,
    languages: Type.Optional(Type.Array(Type.String({ pattern: '^[a-z]{2,3}$' }), { minItems: 1 })),
    kinds: Type.Partial(Type.Record(Type.Enum([...ticketKinds]), Type.String({ minLength: 1 }), closed)),
    limits: Type.Array(
      Type.Object(
        {
          stage: Type.Enum([...limitedStages]),
          kind: Type.Optional(Type.Enum([...ticketKinds])),
          urgency: Type.Optional(Type.Enum([...urgencies])),
          investigation: Type.Optional(Type.Boolean()),
          within: limit,
        },
        closed,
      ),
      { minItems: 1 },
    ),
    handleFrom: Type.Optional(Type.Enum(['accepted', 'dispatched', 'signed'])),
    notices: Type.Optional(Type.Object({ reminder: limit, criticism: limit }, closed)),
    returns: Type.Optional(
      Type.Object(
        { bounceLimit: Type.Integer({ minimum: 1, maximum: 9 }), restartsClock: Type.Optional(Type.Boolean()) },
        closed,
      ),
    ),
    extensions: Type.Optional(Type.Object({ limit: Type.Integer({ minimum: 0, maximum: 9 }) }, closed)),
    visits: Type.Optional(
      Type.Object(
        {
          attempts: Type.Optional(Type.Integer({ minimum: 1, maximum: 9 })),
          /** Whether what the agent answered at once is visited too. */
          answered: Type.Optional(Type.Boolean()),
          /** How often a matter that is not solved goes back to the unit. */
          reworks: Type.Optional(Type.Integer({ minimum: 0, maximum: 9 })),
        },
        closed,
      ),
    ),
    strikes: Type.Optional(Type.Integer({ minimum: 1, maximum: 9 })),
    organisation: Type.Optional(
      Type.Object(
        {
          levels: Type.Array(Type.String({ minLength: 1 }), { minItems: 1, maxItems: 4 }),
          units: Type.Record(word, unitSchema, closed),
        },
        closed,
      ),
    ),
    catalogue: Type.Optional(
      Type.Array(Type.Object({ classification: word, unit: word, from: limit, to: Type.Optional(limit) }, closed)),
    ),
    branches: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^[0-9]{3,15}$' }),
        Type.Object(
          {
            name: Type.String({ minLength: 1 }),
            mode: Type.Enum(['sub-centre', 'specialist-seats', 'direct-merge']),
            keepsNumber: Type.Optional(Type.Boolean()),
            reachedBy: Type.Optional(Type.Array(Type.Enum(['three-way', 'transfer']), { minItems: 1 })),
            busyAdvice: Type.Optional(Type.String({ minLength: 1, maxLength: 300 })),
            complaintsTo: Type.Optional(word),
          },
          closed,
        ),
        closed,
      ),
    ),
    targets: Type.Optional(
      Type.Object(
        {
          answeredWithin: Type.Optional(
            Type.Object(
              { seconds: Type.Integer({ minimum: 1, maximum: 600 }), first: Type.Optional(share), target: share },
              closed,
            ),
          ),
          directAnswer: Type.Optional(share),
          replied: Type.Optional(share),
          closed: Type.Optional(share),
          seats: Type.Optional(Type.Integer({ minimum: 1 })),
        },
        closed,
      ),
    ),
  },
  closed,
)

export type RulesFile = Static<typeof rulesSchema>
export type TicketKind = (typeof ticketKinds)[number]
export type Urgency = (typeof urgencies)[number]
export type LimitedStage = (typeof limitedStages)[number]
