import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import type { UserStore } from './user-store.ts'

const username = Type.String({ pattern: '^[A-Za-z0-9_.@-]{1,64}$' })
/** Length is what counts (NIST SP 800-63B): 8 at least. */
const newPassword = Type.String({ minLength: 8, maxLength: 200 })
const role = Type.Enum(['agent', 'supervisor', 'admin', 'service'])
const agentId = Type.Union([Type.String({ pattern: '^[A-Za-z0-9_-]{1,32}$' }), Type.Null()])
const userView = Type.Object({ username: Type.String(), role, agentId })

/** Sessions, users and phones. `realm` is the digest realm of the SIP edge. */
export function userRoutes({ users, realm }: { users: UserStore; realm: string }): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      '/sessions',
      {
        config: {
          roles: 'public',
          rateLimit: { max: 10, timeWindow: '1 minute', hook: 'preHandler', keyGenerator: loginKey },
        },
        schema: {
          tags: ['sessions'],
          summary: 'Log in; the token goes into "Authorization: Bearer <token>"',
          body: Type.Object({ username, password: Type.String({ minLength: 1, maxLength: 200 }) }),
          response: { 201: Type.Object({ token: Type.String(), user: userView }) },
          security: [],
        },
      },
      async ({ body }, reply) => {
        const user = await users.login(body.username, body.password)
        return reply.code(201).send({ token: app.jwt.sign({ ...user }), user })
      },
    )

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

/** Attempts are counted by name and address together, so that one address cannot lock somebody else out. */
function loginKey(request: { ip: string; body?: unknown }): string {
  const { username: name } = (request.body ?? {}) as { username?: string }
  return `${request.ip} ${name ?? ''}`
}
