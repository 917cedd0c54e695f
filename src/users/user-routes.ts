import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { agentId, role, username } from './user-schemas.ts'
import type { UserStore } from './user-store.ts'

/** Length is what counts (NIST SP 800-63B): 8 at least. */
const newPassword = Type.String({ minLength: 8, maxLength: 200 })
const userView = Type.Object({ username: Type.String(), role, agentId })

/** Users and phones. `realm` is the digest realm of the SIP edge. */
export function userRoutes({ users, realm }: { users: UserStore; realm: string }): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      '/users',
      {
        config: { roles: ['admin'] },
        schema: {
          tags: ['users'],
          body: Type.Object({ username, password: newPassword, role, agentId: Type.Optional(agentId) }),
          response: { 201: userView },
        },
      },
      async ({ body }, reply) => reply.code(201).send(await users.create({ ...body, agentId: body.agentId ?? null })),
    )

    app.put(
      '/phones/:extension',
      {
        config: { roles: ['admin'] },
        schema: {
          tags: ['users'],
          summary: 'Create a phone account or set its password; the phone registers with the SIP edge',
          params: Type.Object({ extension: Type.String({ pattern: '^[A-Za-z0-9_.-]{1,32}$' }) }),
          body: Type.Object({ password: newPassword }),
          response: { 200: Type.Object({ extension: Type.String(), realm: Type.String() }) },
        },
      },
      async ({ params, body }) => {
        await users.savePhone({ username: params.extension, realm, password: body.password })
        return { extension: params.extension, realm }
      },
    )
  }
}
