import { readFile } from 'node:fs/promises'
import Type, { type Static, type TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { type Document, isMap, isNode, isSeq, LineCounter, parseDocument, visit } from 'yaml'
import { type Calendar, readCalendars } from './hours/index.ts'
import { ConfigurationError } from './kernel/index.ts'
import {
  overflowAction,
  overflowActionForms,
  overflowChain,
  overflowFaults,
  type QueueConfig,
  toOverflowAction,
  toOverflowChain,
} from './queue/index.ts'
import type { Branch } from './transfer/index.ts'
import type { VoicemailLimits } from './voicemail/index.ts'

const seconds = (minimum: number, maximum: number) => Type.Integer({ minimum, maximum })
const closed = { additionalProperties: false }
const oneOfThem = { ...closed, minProperties: 1, maxProperties: 1 }
const name = Type.String({ pattern: '^[a-z0-9-]{1,50}$' })

const behaviour = {
  priority: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
  answerWithin: Type.Optional(seconds(1, 600)),
  announceEvery: Type.Optional(seconds(5, 600)),
  ringFor: Type.Optional(seconds(2, 120)),
  wrapUp: Type.Optional(seconds(0, 3600)),
  maxWait: Type.Optional(seconds(10, 86_400)),
  afterMaxWait: Type.Optional(overflowAction),
  overflow: Type.Optional(overflowChain),
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
    queues: Type.Record(name, Type.Object({ skills: Type.Array(name), ...behaviour }, closed), {
      ...closed,
      minProperties: 1,
    }),
    // Checked by the stage whose they are.
    calendars: Type.Optional(Type.Unknown()),
    lines: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^\\+?[0-9]{3,15}$' }),
        Type.Object({ calendar: name, whenClosed }, closed),
        closed,
      ),
    ),
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
    branches: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^[0-9]{3,15}$' }),
        Type.Object(
          {
            name: Type.String({ minLength: 1 }),
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
}

/** The hours of one of our numbers. */
export interface LineHours {
  readonly calendar: string
  readonly whenClosed: WhenClosed
}

/** What becomes of a caller outside the hours: a prompt and the end, or a message for the people of a queue. */
export type WhenClosed =
  | { readonly kind: 'announce'; readonly prompt: string }
  | { readonly kind: 'voicemail'; readonly queue: string; readonly greeting: string }

/** What holds where neither the queue nor the city says otherwise; seconds. */
const builtIn: Required<Omit<Behaviour, 'afterMaxWait' | 'overflow'>> = {
  priority: 0,
  answerWithin: 15,
  announceEvery: 20,
  ringFor: 8,
  wrapUp: 15,
  maxWait: 600,
}

const voicemailLimits: VoicemailLimits = { longest: 180, silence: 5, shortest: 2 }

/** Seconds a branch may ring where its entry does not say. */
const branchRingsFor = 20

/** Reads a city's file. Throws {@link ConfigurationError} with the file and line of every fault. */
export async function readCity(path: string): Promise<City> {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new ConfigurationError(`${path}: cannot be read: ${error.message}`)
  })
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false })
  const where = (offset: number) => `${path}:${lines.linePos(offset).line}`
  refuse(document.errors.map(({ pos, message }) => `${where(pos[0])}: ${message}`))
  refuse(aliasFaults(document, where))
  const content: unknown = document.toJS()
  refuse(shapeFaults(citySchema, content, document, where))
  const { calendars, faults } = readCalendars((content as CityFile).calendars ?? {}, (keys) =>
    where(offsetOf(document, keys)),
  )
  refuse(faults)
  const city = toCity(content as CityFile, calendars)
  refuse(lineFaults(city, (line, key) => where(offsetOf(document, ['lines', line, key]))))
  refuse(chainFaults(content as CityFile, (queue) => where(offsetOf(document, ['queues', queue, 'overflow']))))
  const overflows = overflowFaults({ queues: city.queues, branches: new Set(city.branches.keys()) })
  refuse(
    overflows.map(({ queue, setting, text }) => `${where(offsetOf(document, ['queues', queue, setting]))}: ${text}`),
  )
  return city
}

/** One fault said twice is told once: nesting without end is complained of for every level. */
function refuse(faults: readonly string[]): void {
  if (faults.length > 0) throw new ConfigurationError([...new Set(faults)].join('\n'))
}

/** An alias can make a few lines stand for gigabytes, and "defaults" does what one is wanted for. */
function aliasFaults(document: Document, where: (offset: number) => string): string[] {
  const faults: string[] = []
  visit(document, {
    Alias: (_, { source, range }) => {
      faults.push(
        `${where(range?.[0] ?? 0)}: aliases such as *${source} are not used here, "defaults" is for all queues`,
      )
    },
  })
  return faults
}

function shapeFaults(
  schema: TSchema,
  content: unknown,
  document: Document,
  where: (offset: number) => string,
): string[] {
  const errors = Value.Errors(schema, content).filter(
    // Each setting too many is an error by itself, and why every single choice of a union fits not is no help.
    ({ keyword, schemaPath }) => keyword !== 'additionalProperties' && !schemaPath.includes('/anyOf/'),
  )
  return errors.map(({ keyword, instancePath, message }) => {
    const keys = instancePath.split('/').slice(1).map(unescaped)
    return `${where(offsetOf(document, keys))}: ${keys.join('.') || 'the file'}: ${detailOf(keyword, keys, message)}`
  })
}

function detailOf(keyword: string, keys: readonly string[], message: string): string {
  if (keyword.endsWith('Properties') && keys.at(-1) === 'whenClosed') {
    return 'must be { announce: PROMPT } or { voicemail: { queue: NAME, greeting: PROMPT } }'
  }
  if (keyword === 'anyOf') return `must be ${overflowActionForms}`
  if (keyword !== 'boolean') return message
  return keys.length === 2 && keys[0] === 'queues'
    ? 'the name of a queue is of small letters, digits and hyphens'
    : `unknown setting ${keys.at(-1)}`
}

/** A key as JSON Pointer writes it (RFC 6901 section 4). */
function unescaped(key: string): string {
  return key.replaceAll('~1', '/').replaceAll('~0', '~')
}

/** Where a key stands in the file, or the nearest thing around it. */
function offsetOf(document: Document, keys: readonly string[]): number {
  for (let depth = keys.length; depth > 0; depth -= 1) {
    const parent = depth === 1 ? document.contents : document.getIn(keys.slice(0, depth - 1), true)
    const key = keys[depth - 1] ?? ''
    const item = isSeq(parent) ? parent.items[Number(key)] : undefined
    if (isNode(item) && item.range) return item.range[0]
    const pair = isMap(parent) ? parent.items.find((each) => String(each.key) === key) : undefined
    if (pair && isNode(pair.key) && pair.key.range) return pair.key.range[0]
  }
  return 0
}

function toCity(
  { name: city, defaults = {}, queues, branches = {}, lines = {}, voicemail = {} }: CityFile,
  calendars: City['calendars'],
): City {
  const configs = Object.entries(queues).map(([queue, settings]) =>
    toQueue(queue, { ...builtIn, ...defaults, ...settings }),
  )
  return {
    name: city,
    queues: new Map(configs.map((config) => [config.name, config])),
    calendars,
    lines: new Map(Object.entries(lines).map(([line, hours]) => [line, toLineHours(hours)])),
    voicemail: { ...voicemailLimits, ...voicemail },
    branches: new Map(
      Object.entries(branches).map(([number, branch]) => [number, { number, ringFor: branchRingsFor, ...branch }]),
    ),
  }
}

function toLineHours({
  calendar,
  whenClosed: { announce = '', voicemail },
}: NonNullable<CityFile['lines']>[string]): LineHours {
  if (!voicemail) return { calendar, whenClosed: { kind: 'announce', prompt: announce } }
  const { queue, greeting = 'closed' } = voicemail
  return { calendar, whenClosed: { kind: 'voicemail', queue, greeting } }
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

/** A step has one condition: the shape of the file allows none and both. */
function chainFaults({ defaults, queues }: CityFile, where: (queue: string) => string): string[] {
  return [...Object.entries(queues), ['defaults', defaults ?? {}] as const].flatMap(([queue, { overflow = [] }]) =>
    overflow
      .filter(({ after, nobodyLoggedIn }) => (after === undefined) === (nobodyLoggedIn === undefined))
      .map(() => `${where(queue)}: queue ${queue}: overflow: a step has one condition, after or nobodyLoggedIn`),
  )
}

function toQueue(queue: string, settings: typeof builtIn & Behaviour & { skills: readonly string[] }): QueueConfig {
  const { overflow, afterMaxWait } = settings
  return {
    ...settings,
    name: queue,
    overflow: toOverflowChain(overflow),
    afterMaxWait: toOverflowAction(afterMaxWait),
  }
}
