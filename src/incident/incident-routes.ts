import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { nullable } from '../kernel/index.ts'
import type { Incident } from './incident.ts'
import type { IncidentWords } from './incident-sounds.ts'
import type { Incidents } from './incidents.ts'

const strict = { additionalProperties: false }
const instant = Type.String({ format: 'date-time' })
const params = Type.Object({ line: Type.String({ pattern: '^(all|\\+?[0-9]{3,15})$' }) })

const incidentView = Type.Object({
  incidentId: Type.String({ format: 'uuid' }),
  line: Type.String({ description: 'a number of ours, or all' }),
  texts: Type.Array(Type.Object({ language: Type.String(), text: nullable(Type.String()) })),
  toWaiting: Type.Boolean(),
  by: Type.String(),
  announcedAt: instant,
  until: nullable(instant),
})
const incidentBody = Type.Object(
  {
    languages: Type.Record(
      Type.String({ pattern: '^[a-z]{2,8}$' }),
      Type.Union([
        Type.Object({ text: Type.String({ minLength: 1, maxLength: 1000 }) }, strict),
        Type.Object(
          { wav: Type.String({ minLength: 1, description: 'WAV, mono, 16-bit PCM, 8 kHz, in base64' }) },
          strict,
        ),
      ]),
      strict,
    ),
    toWaiting: Type.Optional(Type.Boolean()),
    until: Type.Optional(nullable(instant)),
  },
  strict,
)

/** Bytes: sounds of a few languages, in base64. */
const bodyLimit = 16 * 1024 * 1024

/** Incident mode: what every caller hears before the menu. */
export function incidentRoutes({ incidents }: { incidents: Incidents }): FastifyPluginAsyncTypebox {
  return async (app) => {
    const overseers = { roles: ['supervisor', 'admin'] } as const
    const tags = ['incidents']

    app.get(
      '/incident-announcements',
      {
        config: { roles: ['agent', 'supervisor', 'admin', 'service'] },
        schema: { tags, summary: 'What callers hear before the menu now', response: { 200: Type.Array(incidentView) } },
      },
      async () => incidents.all().map(view),
    )

    app.put(
      '/incident-announcements/:line',
      {
        config: overseers,
        bodyLimit,
        schema: {
          tags,
          summary:
            'Announce an incident on a line or on all, in every language, by text or WAV file; replaces the one before',
          params,
          body: incidentBody,
          response: { 200: incidentView },
        },
      },
      async ({ params: { line }, body, principal }) => {
        const { languages, toWaiting = false, until } = body
        const words = new Map(Object.entries(languages).map(([language, said]) => [language, wordsOf(said)]))
        const incident = await incidents.announce({
          line: lineOf(line),
          toWaiting,
          until: until == null ? null : Date.parse(String(until)),
          by: principal.username,
          words,
        })
        return view(incident)
      },
    )

    app.delete(
      '/incident-announcements/:line',
      {
        config: overseers,
        schema: {
          tags,
          summary: 'Withdraw what is announced on a line, or on all',
          params,
          response: { 204: Type.Null() },
        },
      },
      async ({ params: { line }, principal }, reply) => {
        await incidents.withdraw(lineOf(line), principal.username)
        return reply.code(204).send(null)
      },
    )
  }
}

function wordsOf(said: { text: string } | { wav: string }): IncidentWords {
  return 'wav' in said ? { wav: Buffer.from(said.wav, 'base64') } : said
}

function lineOf(line: string): string | null {
  return line === 'all' ? null : line
}

function view({ incidentId, line, sounds, toWaiting, by, announcedAt, until }: Incident) {
  return {
    incidentId,
    line: line ?? 'all',
    texts: sounds.map(({ language, text }) => ({ language, text })),
    toWaiting,
    by,
    announcedAt: new Date(announcedAt).toISOString(),
    until: until === null ? null : new Date(until).toISOString(),
  }
}
