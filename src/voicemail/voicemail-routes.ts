import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import type { EventLog } from '../events/index.ts'
import { nullable } from '../kernel/index.ts'
import { type SoundPlayer, soundResponses, type Vault } from '../vault/index.ts'
import { UnknownVoicemail, VoicemailHandled } from './errors.ts'
import type { Voicemail } from './voicemail.ts'
import type { VoicemailStore } from './voicemail-store.ts'

const everybody = { roles: ['agent', 'supervisor', 'admin', 'service'] } as const
const people = { roles: ['agent', 'supervisor', 'admin'] } as const
const overseers = { roles: ['supervisor', 'admin'] } as const
const tags = ['voicemail']
const params = Type.Object({ voicemailId: Type.String({ format: 'uuid' }) })
const time = Type.String({ format: 'date-time' })

const voicemailView = Type.Object({
  voicemailId: Type.String(),
  callId: Type.String(),
  queue: Type.String(),
  line: Type.String(),
  callerNumber: Type.String(),
  callerName: Type.String(),
  language: Type.String(),
  reason: Type.String({ description: 'closed: outside the hours; overflow: the longest wait was over' }),
  leftAt: time,
  durationMs: Type.Integer(),
  bytes: Type.Integer({ description: 'of the WAV file' }),
  sha256: Type.String({ description: 'of the WAV file' }),
  handledBy: nullable(Type.String()),
  handledAt: nullable(time),
})
const listQuery = Type.Object(
  {
    queue: Type.Optional(Type.String({ pattern: '^[a-z0-9-]{1,50}$' })),
    handled: Type.Optional(Type.Boolean()),
    call: Type.Optional(Type.String({ format: 'uuid', description: 'the call in which it was left' })),
    cursor: Type.Optional(Type.String({ pattern: '^[0-9]{1,15}$', description: '`next` of the page before' })),
    limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
  },
  { additionalProperties: false },
)

export interface VoicemailRoutesOptions {
  readonly store: VoicemailStore
  readonly vault: Vault
  readonly player: SoundPlayer
  readonly log: EventLog
  /** The queues an agent serves: an agent sees and hears the messages of these. */
  readonly queuesOf: (agentId: string) => readonly string[]
}

interface Listener {
  readonly role: string
  readonly username: string
  readonly agentId: string | null
}

/** Voicemails: agents those of their queues, supervisors, admins and services all. */
export function voicemailRoutes(options: VoicemailRoutesOptions): FastifyPluginAsyncTypebox {
  return async (app) => {
    await app.register(listRoutes(options))
    await app.register(soundRoutes(options))
    await app.register(commandRoutes(options))
  }
}

function listRoutes(options: VoicemailRoutesOptions): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/voicemails',
      {
        config: everybody,
        schema: {
          tags,
          summary: 'Voicemails, the newest first; `next` is the cursor of the next page, null at the end',
          querystring: listQuery,
          response: { 200: Type.Object({ items: Type.Array(voicemailView), next: nullable(Type.String()) }) },
        },
      },
      async ({ query: { queue, handled, call, cursor, limit }, principal }) => {
        const own = queuesFor(options, principal)
        const queues = queue === undefined ? own : [queue].filter((each) => !own || own.includes(each))
        const before = cursor === undefined ? undefined : Number(cursor)
        const found = await options.store.list({ queues, handled, callId: call, before, limit: limit + 1 })
        const items = found.slice(0, limit)
        const last = items.at(-1)
        return { items: items.map(view), next: found.length > limit && last ? String(last.number) : null }
      },
    )

    app.get(
      '/voicemails/:voicemailId',
      { config: everybody, schema: { tags, params, response: { 200: voicemailView } } },
      async ({ params: { voicemailId }, principal }) => view(await voicemailFor(options, voicemailId, principal)),
    )
  }
}

function soundRoutes(options: VoicemailRoutesOptions): FastifyPluginAsyncTypebox {
  const { player, log } = options
  return async (app) => {
    app.get(
      '/voicemails/:voicemailId/audio',
      {
        config: everybody,
        exposeHeadRoute: false,
        schema: {
          tags,
          summary: 'The message itself, whole or by Range; every request is noted with who made it',
          params,
          response: soundResponses('WAV, 8 kHz, 16 bits'),
        },
      },
      async ({ params: { voicemailId }, headers, principal }, reply) => {
        const { file } = await voicemailFor(options, voicemailId, principal)
        const by = principal.username
        const answer = await player.play({ kind: 'voicemail', subject: voicemailId, file, by, range: headers.range })
        if (answer.part) {
          const { first, last } = answer.part
          log.append('voicemail.played', { voicemailId, by, firstByte: first, lastByte: last })
        }
        return reply.code(answer.status).headers(answer.headers).send(answer.body)
      },
    )
  }
}

function commandRoutes(options: VoicemailRoutesOptions): FastifyPluginAsyncTypebox {
  const { store, vault, log } = options
  return async (app) => {
    app.post(
      '/voicemails/:voicemailId/handled',
      {
        config: people,
        schema: { tags, summary: 'Somebody has dealt with it', params, response: { 200: voicemailView } },
      },
      async ({ params: { voicemailId }, principal }) => {
        const { queue } = await voicemailFor(options, voicemailId, principal)
        if (!(await store.markHandled(voicemailId, principal.username))) {
          throw new VoicemailHandled(`voicemail ${voicemailId} is handled already`)
        }
        log.append('voicemail.handled', { voicemailId, queue, by: principal.username })
        return view(await voicemailFor(options, voicemailId, principal))
      },
    )

    app.delete(
      '/voicemails/:voicemailId',
      {
        config: overseers,
        schema: { tags, summary: 'Delete message and sound', params, response: { 204: Type.Null() } },
      },
      async ({ params: { voicemailId }, principal }, reply) => {
        const { file, queue } = await voicemailFor(options, voicemailId, principal)
        await vault.remove(file)
        await store.remove(voicemailId)
        log.append('voicemail.deleted', { voicemailId, queue, by: principal.username })
        return reply.code(204).send(null)
      },
    )
  }
}

/** Undefined for those who may hear all. */
function queuesFor({ queuesOf }: VoicemailRoutesOptions, { role, agentId }: Listener): readonly string[] | undefined {
  if (role !== 'agent') return undefined
  return agentId === null ? [] : queuesOf(agentId)
}

/** A voicemail of a queue that is not one's own is as unknown as one that is not there. */
async function voicemailFor(
  options: VoicemailRoutesOptions,
  voicemailId: string,
  listener: Listener,
): Promise<Voicemail> {
  const voicemail = await options.store.find(voicemailId)
  const own = queuesFor(options, listener)
  if (voicemail && (!own || own.includes(voicemail.queue))) return voicemail
  throw new UnknownVoicemail(`no voicemail ${voicemailId}`)
}

function view({ number: _number, file: _file, leftAt, handledAt, ...voicemail }: Voicemail) {
  return { ...voicemail, leftAt: leftAt.toISOString(), handledAt: handledAt?.toISOString() ?? null }
}
