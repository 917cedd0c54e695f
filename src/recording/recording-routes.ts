import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import type { EventLog } from '../events/index.ts'
import { nullable } from '../kernel/index.ts'
import { type SoundPlayer, soundResponses } from '../vault/index.ts'
import { UnknownRecording } from './errors.ts'
import type { Recording } from './recording.ts'
import type { RecordingArchive } from './recording-archive.ts'
import type { RecordingStore } from './recording-store.ts'

const listeners = { roles: ['supervisor', 'admin'] } as const
const readers = { roles: ['supervisor', 'admin', 'service'] } as const
const admins = { roles: ['admin'] } as const
const tags = ['recordings']
const params = Type.Object({ callId: Type.String({ format: 'uuid' }) })
const time = Type.String({ format: 'date-time' })

const recordingView = Type.Object({
  callId: Type.String(),
  line: Type.String(),
  queue: nullable(Type.String()),
  agentId: nullable(Type.String({ description: 'who answered' })),
  callerNumber: Type.String(),
  startedAt: time,
  durationMs: Type.Integer(),
  bytes: Type.Integer({ description: 'of the WAV file' }),
  sha256: Type.String({ description: 'of the WAV file' }),
  keyId: Type.String(),
  keepUntil: time,
})
const listQuery = Type.Object(
  {
    queue: Type.Optional(Type.String({ pattern: '^[a-z0-9-]{1,50}$' })),
    agentId: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{1,32}$' })),
    callerNumber: Type.Optional(Type.String({ pattern: '^[0-9+*#]{1,32}$|^anonymous$' })),
    cursor: Type.Optional(Type.String({ pattern: '^[0-9]{1,15}$', description: '`next` of the page before' })),
    limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
  },
  { additionalProperties: false },
)

export interface RecordingRoutesOptions {
  readonly store: RecordingStore
  readonly archive: RecordingArchive
  readonly player: SoundPlayer
  readonly log: EventLog
}

/** Recordings of calls: supervisors and admins listen, services may look what there is. */
export function recordingRoutes(options: RecordingRoutesOptions): FastifyPluginAsyncTypebox {
  return async (app) => {
    await app.register(listRoutes(options))
    await app.register(soundRoutes(options))
  }
}

function listRoutes({ store }: RecordingRoutesOptions): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/recordings',
      {
        config: readers,
        schema: {
          tags,
          summary: 'Recordings, the newest first; `next` is the cursor of the next page, null at the end',
          querystring: listQuery,
          response: { 200: Type.Object({ items: Type.Array(recordingView), next: nullable(Type.String()) }) },
        },
      },
      async ({ query: { queue, agentId, callerNumber, cursor, limit } }) => {
        const before = cursor === undefined ? undefined : Number(cursor)
        const found = await store.list({ queue, agentId, callerNumber, before, limit: limit + 1 })
        const items = found.slice(0, limit)
        const last = items.at(-1)
        return { items: items.map(view), next: found.length > limit && last ? String(last.number) : null }
      },
    )

    app.get(
      '/recordings/:callId',
      { config: readers, schema: { tags, params, response: { 200: recordingView } } },
      async ({ params: { callId } }) => view(await recordingOf(store, callId)),
    )
  }
}

function soundRoutes({ store, archive, player, log }: RecordingRoutesOptions): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/recordings/:callId/audio',
      {
        config: listeners,
        exposeHeadRoute: false,
        schema: {
          tags,
          summary: 'The recording itself, whole or by Range; every request is noted with who made it',
          params,
          response: soundResponses('WAV, 8 kHz, 16 bits; left the caller, right what the caller heard'),
        },
      },
      async ({ params: { callId }, headers, principal: { username: by } }, reply) => {
        const { file } = await recordingOf(store, callId)
        const answer = await player.play({ kind: 'recording', subject: callId, file, by, range: headers.range })
        if (answer.part) {
          const { first, last } = answer.part
          log.append('recording.played', { callId, by, firstByte: first, lastByte: last })
        }
        return reply.code(answer.status).headers(answer.headers).send(answer.body)
      },
    )

    app.delete(
      '/recordings/:callId',
      {
        config: admins,
        schema: { tags, summary: 'Delete a recording before its time', params, response: { 204: Type.Null() } },
      },
      async ({ params: { callId }, principal }, reply) => {
        await archive.delete(await recordingOf(store, callId), principal.username)
        return reply.code(204).send(null)
      },
    )
  }
}

async function recordingOf(store: RecordingStore, callId: string): Promise<Recording> {
  const recording = await store.find(callId)
  if (!recording) throw new UnknownRecording(`no recording of call ${callId}`)
  return recording
}

function view({ number: _number, file: _file, startedAt, keepUntil, ...recording }: Recording) {
  return { ...recording, startedAt: startedAt.toISOString(), keepUntil: keepUntil.toISOString() }
}
