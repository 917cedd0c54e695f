import Type, { type Static } from 'typebox'
import type { OutboundRoute } from './call/index.ts'
import { type CallbackRules, callbackSetting, toCallbackRules } from './callback/index.ts'
import type { NuisanceRules } from './callers/index.ts'
import { type Calendar, readCalendars } from './hours/index.ts'
import { LocatedYaml, messageOf, refuseFaults } from './kernel/index.ts'
import {
  type AfterMaxWait,
  overflowAction,
  overflowActionForms,
  overflowChain,
  overflowFaults,
  type QueueConfig,
  toOverflowAction,
  toOverflowChain,
} from './queue/index.ts'
import type { Branch, EmergencyService } from './transfer/index.ts'
import type { VoicemailLimits } from './voicemail/index.ts'

const seconds = (minimum: number, maximum: number) => Type.Integer({ minimum, maximum })
const days = Type.Integer({ minimum: 1, maximum: 36_500 })
const closed = { additionalProperties: false }
const oneOfThem = { ...closed, minProperties: 1, maxProperties: 1 }
const name = Type.String({ pattern: '^[a-z0-9-]{1,50}$' })
const skill = Type.String({ pattern: '^[a-z0-9-]{1,50}(:[1-9])?$' })
const codes = Type.Record(name, Type.String({ minLength: 1, maxLength: 100 }), closed)

const behaviour = {
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
const citySchema = Type.Object(
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
        Type.Object({ calendar: name, whenClosed, keepRecordings: Type.Optional(days) }, closed),
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
type CityFile = Static<typeof citySchema>
type Behaviour = NonNullable<CityFile['defaults']>

export interface City {
  readonly name: string
  readonly queues: ReadonlyMap<string, QueueConfig>
  /** Opening hours by name. */
  readonly calendars: ReadonlyMap<string, Calendar>
  /** Numbers that have hours; any other is always open. */
  readonly lines: ReadonlyMap<string, LineHours>
  /** Branch hotlines by number. */
  readonly branches: ReadonlyMap<string, Branch>
  readonly voicemail: VoicemailLimits
  /** How long recordings are kept, where the line does not say. */
  readonly recording: { readonly keepDays: number }
  /** How citizens are called; undefined: not at all. */
  readonly outbound: OutboundRoute | undefined
  /** How callers are called back; undefined: not at all. */
  readonly callback: CallbackRules | undefined
  /** Never graded as a nuisance. */
  readonly emergencyNumbers: ReadonlySet<string>
  readonly nuisance: NuisanceRules
  /** Codes agents may give, and what they mean; no codes of a kind: any text is taken. */
  readonly breakReasons: ReadonlyMap<string, string>
  readonly wrapUpCodes: ReadonlyMap<string, string>
  /** Seconds before which a caller who gives up did not really wait (秒挂). */
  readonly shortAbandon: number
  /** Emergency services by number. */
  readonly emergency: ReadonlyMap<string, EmergencyService>
}

/** The hours of one of our numbers. */
export interface LineHours {
  readonly calendar: string
  readonly whenClosed: WhenClosed
  /** Days for which recordings of this line are kept. */
  readonly keepRecordings?: number
}

/** What becomes of a caller outside the hours: a prompt and the end, or a message for the people of a queue. */
export type WhenClosed =
  | { readonly kind: 'announce'; readonly prompt: string }
  | { readonly kind: 'voicemail'; readonly queue: string; readonly greeting: string }

/** What holds where neither the queue nor the city says otherwise; seconds. */
const builtIn: Required<Omit<Behaviour, 'afterMaxWait' | 'overflow' | 'relax'>> = {
  priority: 0,
  answerWithin: 15,
  announceEvery: 20,
  ringFor: 8,
  wrapUp: 15,
  rating: false,
  maxWait: 600,
}

/** A year and a half: longer than a complaint's ways take. */
const recordingKept = { keepDays: 540 }

const voicemailLimits: VoicemailLimits = { longest: 180, silence: 5, shortest: 2 }

/** What an agent notes after a call out, where the city has no codes of its own. */
const callOutcomes = ['done', 'satisfied', 'not-satisfied', 'call-again', 'wrong-number', 'refused']

/** What holds for a branch where its entry does not say; seconds. */
const branchDefaults = {
  mode: 'sub-centre',
  route: null,
  queue: null,
  ringFor: 20,
  hours: null,
  capacity: null,
  languages: [],
  advice: null,
  returnWithin: 10,
} as const
/** Seconds. */
const citizenRingsFor = 30
const shortAbandonBelow = 5
const nuisanceRules: NuisanceRules = { warning: 'nuisance-warning', refusal: 'nuisance-refusal', queue: null }

/** Seconds an emergency service may ring where its entry does not say. */
const emergencyRingsFor = 60

/** Reads a city's file. Throws {@link ConfigurationError} with the file and line of every fault. */
export async function readCity(path: string): Promise<City> {
  const file = await LocatedYaml.read(path)
  refuseFaults(file.shapeFaults(citySchema, { say: detailOf }))
  const content = file.content as CityFile
  const { calendars, faults } = readCalendars(content.calendars ?? {}, (keys) => file.where(keys))
  refuseFaults(faults)
  const city = toCity(content, calendars)
  refuseFaults(patternFaults(city, (index) => file.where(['outbound', 'numbers', String(index)])))
  refuseFaults(outboundFaults(city, file.where(['outbound', 'hours'])))
  refuseFaults(nuisanceFaults(city, file.where(['nuisance', 'queue'])))
  refuseFaults(callbackFaults(city, file.where(['callback'])))
  refuseFaults(lineFaults(city, (line, key) => file.where(['lines', line, key])))
  const twice = [...city.emergency.keys()].filter((number) => city.branches.has(number))
  refuseFaults(
    twice.map((number) => `${file.where(['branches', number])}: ${number} is an emergency service, no branch`),
  )
  refuseFaults(branchFaults(city, (number) => file.where(['branches', number])))
  refuseFaults(chainFaults(content, (queue) => file.where(['queues', queue, 'overflow'])))
  const overflows = overflowFaults({
    queues: city.queues,
    branches: new Set(city.branches.keys()),
    callbacks: city.callback !== undefined,
  })
  refuseFaults(overflows.map(({ queue, setting, text }) => `${file.where(['queues', queue, setting])}: ${text}`))
  return city
}

function detailOf(keyword: string, keys: readonly string[]): string | undefined {
  if (keyword.endsWith('Properties') && keys.at(-1) === 'whenClosed') {
    return 'must be { announce: PROMPT } or { voicemail: { queue: NAME, greeting: PROMPT } }'
  }
  if (keyword === 'anyOf') return `must be ${overflowActionForms}`
  const namesQueue = keyword === 'boolean' && keys.length === 2 && keys[0] === 'queues'
  return namesQueue ? 'the name of a queue is of small letters, digits and hyphens' : undefined
}

function toCity(
  {
    name: city,
    defaults = {},
    queues,
    branches = {},
    lines = {},
    voicemail = {},
    recording = recordingKept,
    outbound,
    callback,
    shortAbandon,
    emergency = {},
    emergencyNumbers = [],
    nuisance = {},
    breakReasons = {},
    wrapUpCodes = {},
  }: CityFile,
  calendars: City['calendars'],
): City {
  const seatsOf = new Map(Object.entries(branches).map(([number, { queue }]) => [number, queue]))
  const configs = Object.entries(queues).map(([queue, settings]) =>
    toQueue(queue, { ...builtIn, ...defaults, ...settings }, seatsOf),
  )
  return {
    name: city,
    queues: new Map(configs.map((config) => [config.name, config])),
    calendars,
    lines: new Map(Object.entries(lines).map(([line, hours]) => [line, toLineHours(hours)])),
    voicemail: { ...voicemailLimits, ...voicemail },
    recording,
    callback: callback && toCallbackRules(callback),
    shortAbandon: shortAbandon ?? shortAbandonBelow,
    outbound: outbound && { ringFor: citizenRingsFor, outcomes: callOutcomes, ...outbound },
    emergency: new Map(
      Object.entries(emergency).map(([number, service]) => [
        number,
        { number, name: number, ringFor: emergencyRingsFor, ...service },
      ]),
    ),
    emergencyNumbers: new Set(emergencyNumbers),
    nuisance: { ...nuisanceRules, ...nuisance },
    breakReasons: new Map(Object.entries(breakReasons)),
    wrapUpCodes: new Map(Object.entries(wrapUpCodes)),
    branches: new Map(
      Object.entries(branches).map(([number, branch]) => [number, { number, ...branchDefaults, ...branch }]),
    ),
  }
}

function patternFaults({ outbound }: City, where: (index: number) => string): string[] {
  return (outbound?.numbers ?? []).flatMap((pattern, index) => {
    try {
      new RegExp(pattern)
      return []
    } catch (error) {
      return [`${where(index)}: outbound.numbers: ${messageOf(error)}`]
    }
  })
}

function outboundFaults({ outbound, calendars }: City, where: string): string[] {
  const { hours } = outbound ?? {}
  return hours === undefined || calendars.has(hours) ? [] : [`${where}: outbound: there is no calendar ${hours}`]
}

function nuisanceFaults({ nuisance: { queue }, queues }: City, where: string): string[] {
  return queue === null || queues.has(queue) ? [] : [`${where}: nuisance: there is no queue ${queue}`]
}

function callbackFaults({ callback, outbound, calendars }: City, where: string): string[] {
  if (!callback) return []
  return [
    ...(outbound ? [] : [`${where}: callback: nobody can be called without 'outbound'`]),
    ...(calendars.has(callback.calendar) ? [] : [`${where}: callback: there is no calendar ${callback.calendar}`]),
  ]
}

function toLineHours({
  calendar,
  whenClosed: { announce = '', voicemail },
  ...line
}: NonNullable<CityFile['lines']>[string]): LineHours {
  if (!voicemail) return { ...line, calendar, whenClosed: { kind: 'announce', prompt: announce } }
  const { queue, greeting = 'closed' } = voicemail
  return { ...line, calendar, whenClosed: { kind: 'voicemail', queue, greeting } }
}

function lineFaults(
  { lines, calendars, queues }: City,
  where: (line: string, key: 'calendar' | 'whenClosed') => string,
): string[] {
  return [...lines].flatMap(([line, { calendar, whenClosed: then }]) => [
    ...(calendars.has(calendar) ? [] : [`${where(line, 'calendar')}: line ${line}: there is no calendar ${calendar}`]),
    ...(then.kind === 'announce' || queues.has(then.queue)
      ? []
      : [`${where(line, 'whenClosed')}: line ${line}: there is no queue ${then.queue}`]),
  ])
}

/** Each way to take in a department's line needs its own: a route to its centre, or the queue of its seats. */
function branchFaults({ branches, calendars, queues }: City, where: (number: string) => string): string[] {
  return [...branches.values()].flatMap(({ number, mode, route, queue, hours }) => {
    const own = mode === 'sub-centre'
    const faults = [
      own && route === null ? 'a sub-centre needs a route, as in route: sip:10.0.0.1' : '',
      own && queue !== null ? 'a sub-centre has no queue here; specialist-seats and direct-merge have' : '',
      !own && route !== null ? `${mode} has no route: its seats are here` : '',
      !own && queue === null ? `${mode} needs the queue of its seats` : '',
      queue !== null && !queues.has(queue) ? `there is no queue ${queue}` : '',
      hours !== null && !calendars.has(hours) ? `there is no calendar ${hours}` : '',
    ]
    return faults.filter(Boolean).map((fault) => `${where(number)}: branch ${number}: ${fault}`)
  })
}

/** A step has one condition: the shape of the file allows none and both. */
function chainFaults({ defaults, queues }: CityFile, where: (queue: string) => string): string[] {
  return [...Object.entries(queues), ['defaults', defaults ?? {}] as const].flatMap(([queue, { overflow = [] }]) =>
    overflow
      .filter(({ after, nobodyLoggedIn }) => (after === undefined) === (nobodyLoggedIn === undefined))
      .map(() => `${where(queue)}: queue ${queue}: overflow: a step has one condition, after or nobodyLoggedIn`),
  )
}

function toQueue(
  queue: string,
  settings: typeof builtIn & Behaviour & { skills: readonly string[] },
  seatsOf: ReadonlyMap<string, string | undefined>,
): QueueConfig {
  const { overflow, afterMaxWait, relax = [] } = settings
  return {
    ...settings,
    name: queue,
    overflow: toOverflowChain(overflow).map((step) => ({ ...step, action: toSeats(step.action, seatsOf) })),
    relax: relax.map(({ after, drop = [], lower = {} }) => ({ after, drop, lower })),
    afterMaxWait: toSeats(toOverflowAction(afterMaxWait), seatsOf),
  }
}

/** A branch whose seats are here is not rung: its callers wait in the queue of its seats. */
function toSeats(action: AfterMaxWait, seatsOf: ReadonlyMap<string, string | undefined>): AfterMaxWait {
  const queue = action.kind === 'branch' ? seatsOf.get(action.branch) : undefined
  return queue === undefined ? action : { kind: 'queue', queue }
}
