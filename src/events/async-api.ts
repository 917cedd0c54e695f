import type { TSchema } from 'typebox'

export interface AsyncApiOptions {
  readonly title: string
  readonly description: string
  /** CloudEvents source. */
  readonly source: string
  /** Where the facts come: a path of ours or "webhook". */
  readonly address: string
  readonly schemas: Readonly<Record<string, TSchema>>
  /** Whether facts carry their place in the log. */
  readonly sequenced: boolean
}

/** An AsyncAPI 3.0 document of facts, made from the schemas they are typed and checked by. */
export function asyncApiDocument({ title, description, source, address, schemas, sequenced }: AsyncApiOptions) {
  const types = Object.keys(schemas)
  return {
    asyncapi: '3.0.0',
    info: { title, version: '1', description },
    defaultContentType: 'application/json',
    channels: {
      facts: { address, messages: Object.fromEntries(types.map((type) => [type, ref(`messages/${type}`)])) },
    },
    operations: { sendFacts: { action: 'send', channel: { $ref: '#/channels/facts' } } },
    components: {
      messages: Object.fromEntries(
        types.map((type) => [
          type,
          { name: type, payload: cloudEventSchema({ type, source, sequenced, data: schemas[type] }) },
        ]),
      ),
    },
  }
}

/** JSON Schema of a fact as CloudEvents 1.0 writes it. */
function cloudEventSchema({
  type,
  source,
  sequenced,
  data,
}: {
  type: string
  source: string
  sequenced: boolean
  data: TSchema | undefined
}) {
  const text = { type: 'string' }
  return {
    type: 'object',
    required: ['specversion', 'id', 'source', 'type', 'subject', 'time', 'data', ...(sequenced ? ['sequence'] : [])],
    properties: {
      specversion: { const: '1.0' },
      id: { type: 'string', format: 'uuid' },
      source: { const: source },
      type: { const: type },
      subject: text,
      time: { type: 'string', format: 'date-time' },
      datacontenttype: { const: 'application/json' },
      ...(sequenced ? { sequence: { type: 'string', pattern: '^[0-9]{16}$' } } : {}),
      data,
    },
    additionalProperties: false,
  }
}

function ref(path: string) {
  return { $ref: `#/components/${path}` }
}
