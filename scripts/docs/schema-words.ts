/** The part of JSON Schema our events use. */
export interface Schema {
  readonly type?: string
  readonly format?: string
  readonly enum?: readonly string[]
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly minLength?: number
  readonly minimum?: number
  readonly maximum?: number
}

export interface Field {
  /** `pop.lastCalls[].outcome`. */
  readonly name: string
  readonly words: string
}

/** Every field of an object and of the objects inside it, in the schema's order. */
export function fieldsOf(schema: Schema, prefix = ''): Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, field]) => {
    const name = `${prefix}${key}`
    return [
      { name, words: wordsFor(field, key) },
      ...fieldsOf(field, `${name}.`),
      ...fieldsOf(field.items ?? {}, `${name}[].`),
    ]
  })
}

/** A schema in a few words. Names carry the units: `…Ms` is a duration, `…At` an instant. */
function wordsFor(schema: Schema, key: string): string {
  if (schema.anyOf)
    return schema.anyOf.map((option) => (option.type === 'null' ? 'null' : wordsFor(option, key))).join(' or ')
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(', ')
  if (schema.type === 'array')
    return `list of ${schema.items?.type === 'object' ? 'objects' : `${wordsFor(schema.items ?? {}, key)}s`}`
  if (schema.type === 'integer') return integerWords(schema, key)
  if (schema.format === 'uuid') return 'UUID'
  if (schema.type === 'string') return schema.minLength ? 'text' : 'text, may be empty'
  return schema.type ?? 'anything'
}

function integerWords({ minimum, maximum }: Schema, key: string): string {
  if (key.endsWith('At')) return 'milliseconds since 1970-01-01T00:00Z'
  if (key.endsWith('Ms')) return 'milliseconds'
  if (key.endsWith('Seconds')) return 'seconds'
  const range =
    maximum === undefined ? (minimum === undefined ? '' : `, ${minimum} or more`) : `, ${minimum ?? 0} to ${maximum}`
  return `whole number${range}`
}
