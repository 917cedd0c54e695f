import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import type { LoginGuard } from './login-guard.ts'
import { agentId, role, username } from './user-schemas.ts'
import type { User, UserStore } from './user-store.ts'

const credentials = Type.Object({ username, password: Type.String({ minLength: 1, maxLength: 200 }) })
const userView = Type.Object({ username: Type.String(), role, agentId })
/** Officials of units log in at the ticket service, and their session holds here to tell who they are. */
const anyRole = Type.Enum(['agent', 'supervisor', 'admin', 'service', 'unit'])
const browserSession = Type.Object({
  user: Type.Object({ username: Type.String(), role: anyRole, agentId }),
  csrfToken: Type.String({ description: 'goes into the header x-csrf-token of every request that changes something' }),
})

/** Logging in: programs take a token, browsers a cookie that scripts cannot read. */
export function sessionRoutes({ users, guard }: { users: UserStore; guard: LoginGuard }): FastifyPluginAsyncTypebox {
  const login = ({ ip, body }: { ip: string; body: { username: string; password: string } }): Promise<User> =>
    guard.run({ username: body.username, address: ip }, () => users.login(body.username, body.password))

  return async (app) => {
    app.post(
      '/sessions',
      {
        config: { roles: 'public' },
        schema: {
          tags: ['sessions'],
          summary: 'Log in; the token goes into "Authorization: Bearer <token>"',
          body: credentials,
          response: { 201: Type.Object({ token: Type.String(), user: userView }) },
          security: [],
        },
      },
      async (request, reply) => {
        const user = await login(request)
        return reply.code(201).send({ token: app.jwt.sign({ ...user }), user })
      },
    )

    app.post(
      '/session',
      {
        config: { roles: 'public' },
        schema: {
          tags: ['sessions'],
          summary: 'Log in from a browser: the session is a cookie',
          body: credentials,
          response: { 201: browserSession },
          security: [],
        },
      },
      async (request, reply) => {
        const user = await login(request)
        const csrfToken = reply.openBrowserSession({ ...user })
        return reply.code(201).send({ user, csrfToken })
      },
    )

    app.get(
      '/session',
      {
        config: { roles: ['agent', 'supervisor', 'admin', 'service', 'unit'] },
        schema: { tags: ['sessions'], summary: 'Who is logged in', response: { 200: browserSession } },
      },
      async ({ principal }) => {
        const { username: name, role: as, agentId: agent, csrf = '' } = principal
        return { user: { username: name, role: as, agentId: agent }, csrfToken: csrf }
      },
    )

    app.delete(
      '/session',
      {
        config: { roles: 'public' },
        schema: {
          tags: ['sessions'],
          summary: 'Log out: the browser forgets the cookie',
          response: { 204: Type.Null() },
          security: [],
        },
      },
      async (_request, reply) => {
        reply.endBrowserSession()
        return reply.code(204).send(null)
      },
    )
  }
}
