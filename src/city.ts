import { readFile } from 'node:fs/promises'
import Type, { type Static, type TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { type Document, isMap, isNode, LineCounter, parseDocument } from 'yaml'
import { ConfigurationError } from './kernel/index.ts'
import type { AfterMaxWait, QueueConfig } from './queue/index.ts'

const seconds = (minimum: number, maximum: number) => Type.Integer({ minimum, maximum })
const closed = { additionalProperties: false }
const name = Type.String({ pattern: '^[a-z0-9-]{1,50}$' })

const behaviour = {
  priority: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
  answerWithin: Type.Optional(seconds(1, 600)),
  announceEvery: Type.Optional(seconds(5, 600)),
  ringFor: Type.Optional(seconds(2, 120)),
  wrapUp: Type.Optional(seconds(0, 3600)),
  maxWait: Type.Optional(seconds(10, 86_400)),
  afterMaxWait: Type.Optional(
    Type.Union([Type.Object({ queue: name }, closed), Type.Object({ announce: name }, closed), Type.Literal('keep')]),
  ),
}
const citySchema = Type.Object(
  {
    name,
    defaults: Type.Optional(Type.Object(behaviour, closed)),
    queues: Type.Record(name, Type.Object({ skills: Type.Array(name), ...behaviour }, closed)),
  },
  closed,
)
type CityFile = Static<typeof citySchema>
type Behaviour = NonNullable<CityFile['defaults']>

export interface City {
  readonly name: string
  readonly queues: ReadonlyMap<string, QueueConfig>
}

/** What holds where neither the queue nor the city says otherwise; seconds. */
const builtIn: Required<Omit<Behaviour, 'afterMaxWait'>> = {
  priority: 0,
  answerWithin: 15,
  announceEvery: 20,
  ringFor: 8,
  wrapUp: 15,
  maxWait: 600,
}

/** Reads a city's file. Throws {@link ConfigurationError} with the file and line of every fault. */
export async function readCity(path: string): Promise<City> {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new ConfigurationError(`${path}: cannot be read: ${error.message}`)
  })
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true })
  const where = (offset: number) => `${path}:${lines.linePos(offset).line}`
  const syntax = document.errors.map(({ pos, message }) => `${where(pos[0])}: ${message.split('\n')[0]}`)
  if (syntax.length > 0) throw new ConfigurationError(syntax.join('\n'))
  const content: unknown = document.toJS({ maxAliasCount: 20 })
  const faults = shapeFaults(citySchema, content, document, where)
  if (faults.length > 0) throw new ConfigurationError(faults.join('\n'))
  return toCity(content as CityFile, (queue) => where(offsetOf(document, ['queues', queue])))
}

function shapeFaults(
  schema: TSchema,
  content: unknown,
  document: Document,
  where: (offset: number) => string,
): string[] {
  return Value.Errors(schema, content).map(({ instancePath, message, params }) => {
    const keys = instancePath.split('/').slice(1)
    const unknown = (params as { additionalProperties?: readonly string[] }).additionalProperties
    const detail = unknown ? `unknown setting ${unknown.join(', ')}` : message
    return `${where(offsetOf(document, keys))}: ${keys.join('.') || 'the file'}: ${detail}`
  })
}

/** Where a key stands in the file, or the nearest thing around it. */
function offsetOf(document: Document, keys: readonly string[]): number {
  for (let depth = keys.length; depth > 0; depth -= 1) {
    const parent = depth === 1 ? document.contents : document.getIn(keys.slice(0, depth - 1), true)
    const pair = isMap(parent) ? parent.items.find(({ key }) => String(key) === keys[depth - 1]) : undefined
    if (pair && isNode(pair.key) && pair.key.range) return pair.key.range[0]
  }
  return 0
}

function toCity({ name: city, defaults = {}, queues }: CityFile, where: (queue: string) => string): City {
  const configs = Object.entries(queues).map(([queue, settings]) =>
    toQueue(queue, { ...builtIn, ...defaults, ...settings }),
  )
  const byName = new Map(configs.map((config) => [config.name, config]))
  const faults = configs.flatMap(({ name: queue, afterMaxWait }) => {
    if (afterMaxWait.kind !== 'queue' || (afterMaxWait.queue !== queue && byName.has(afterMaxWait.queue))) return []
    return [`${where(queue)}: afterMaxWait leads to queue ${afterMaxWait.queue}, which is no other queue of this file`]
  })
  if (faults.length > 0) throw new ConfigurationError(faults.join('\n'))
  return { name: city, queues: byName }
}

function toQueue(queue: string, settings: typeof builtIn & Behaviour & { skills: readonly string[] }): QueueConfig {
  return { ...settings, name: queue, afterMaxWait: toAfterMaxWait(settings.afterMaxWait) }
}

function toAfterMaxWait(setting: Behaviour['afterMaxWait']): AfterMaxWait {
  if (setting === undefined || setting === 'keep') return { kind: 'keep' }
  return 'queue' in setting ? { kind: 'queue', queue: setting.queue } : { kind: 'announce', prompt: setting.announce }
}
