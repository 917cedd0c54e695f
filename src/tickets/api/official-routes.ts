import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { LoginRefused } from '../../users/errors.ts'
import type { LoginGuard } from '../../users/login-guard.ts'
import type { AuditStore } from '../audit/audit-store.ts'
import type { Official, OfficialStore } from '../units/official-store.ts'
import type { UnitStore } from '../units/unit-store.ts'
import { knownUnit, unitId } from './known-unit.ts'
import { noteOf } from './note-of.ts'

export interface OfficialRoutesOptions {
  readonly units: UnitStore
  readonly officials: OfficialStore
  readonly audit: AuditStore
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly guard: LoginGuard
}

const credentials = Type.Object({
  username: Type.String({ minLength: 1, maxLength: 64 }),
  password: Type.String({ minLength: 1, maxLength: 200 }),
})
const browserUser = Type.Object({ username: Type.String(), role: Type.Literal('unit'), agentId: Type.Null() })
/** The people who work in units, and their sessions. */
export function officialRoutes({
  units,
  officials,
  audit,
  now,
  guard,
}: OfficialRoutesOptions): FastifyPluginAsyncTypebox {
  const note = noteOf({ audit, now })

  function login({ ip, body }: { ip: string; body: { username: string; password: string } }): Promise<Official> {
    return guard.run({ username: body.username, address: ip }, async () => {
      const official = await officials.login(body.username, body.password)
      if (!official) throw new LoginRefused('user name or password is wrong')
      return official
    })
  }

  return async (app) => {
    app.post(
      '/sessions',
      {
        config: { roles: 'public' },
        schema: {
          tags: ['sessions'],
          summary: 'An official of a unit logs in; people of the hotline log in there, and their token holds here',
          body: credentials,
          response: { 201: Type.Object({ token: Type.String(), unitId: Type.String() }) },
          security: [],
        },
      },
      async (request, reply) => {
        const official = await login(request)
        const token = app.openSession({ ...official, role: 'unit', agentId: null })
        return reply.code(201).send({ token, unitId: official.unitId })
      },
    )

    app.post(
      '/session',
      {
        config: { roles: 'public' },
        schema: {
          tags: ['sessions'],
          summary: 'An official logs in from a browser: the session is a cookie, which holds at the hotline’s address',
          body: credentials,
          response: { 201: Type.Object({ user: browserUser, csrfToken: Type.String() }) },
          security: [],
        },
      },
      async (request, reply) => {
        const { username, unitId: of } = await login(request)
        const user = { username, role: 'unit' as const, agentId: null }
        const csrfToken = reply.openBrowserSession({ ...user, unitId: of })
        return reply.code(201).send({ user, csrfToken })
      },
    )

    app.put(
      '/officials/:username',
      {
        config: { roles: ['admin'] },
        schema: {
          tags: ['units'],
          params: Type.Object({ username: Type.String({ pattern: '^[A-Za-z0-9_.@-]{1,64}$' }) }),
          body: Type.Object(
            { unitId, password: Type.String({ minLength: 8, maxLength: 200 }) },
            { additionalProperties: false },
          ),
          response: { 200: Type.Object({ username: Type.String(), unitId }) },
        },
      },
      async (request) => {
        const { username } = request.params
        const unit = await knownUnit(units, request.body.unitId)
        await officials.save({ username, unitId: unit.unitId, password: request.body.password })
        await note(request, `official:${username}`, 'SAVE_OFFICIAL', { unitId: unit.unitId })
        return { username, unitId: unit.unitId }
      },
    )
  }
}
