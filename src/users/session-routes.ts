import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { nullable } from '../kernel/index.ts'
import type { LoginGuard } from './login-guard.ts'
import type { SessionEnd } from './session-end.ts'
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

const endedSession = Type.Object({
  username: Type.String(),
  sessionId: nullable(Type.String({ description: 'null: all that were opened until endedAt' })),
  endedAt: Type.Integer({ description: 'ms since the epoch' }),
  expiresAt: Type.Integer(),
})

/** Logging in: programs take a token, browsers a cookie that scripts cannot read. */
export function sessionRoutes({
  users,
  guard,
  sessionEnd,
}: {
  users: UserStore
  guard: LoginGuard
  sessionEnd: SessionEnd
}): FastifyPluginAsyncTypebox {
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
        return reply.code(201).send({ token: app.openSession({ ...user }), user })
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
          summary: 'Log out: the session is over, wherever its token went; a browser forgets its cookie',
          response: { 204: Type.Null() },
          security: [],
        },
      },
      async (request, reply) => {
        reply.endBrowserSession()
        const principal = app.sessionOf(request)
        if (principal) await sessionEnd.end(principal)
        return reply.code(204).send(null)
      },
    )

    app.delete(
      '/users/:username/sessions',
      {
        config: { roles: ['admin'] },
        schema: {
          tags: ['sessions'],
          summary: 'End all sessions of a user, also of an official: who has a token of theirs must log in again',
          params: Type.Object({ username }),
          response: { 204: Type.Null() },
        },
      },
      async ({ params }, reply) => {
        await sessionEnd.endAll(params.username)
        return reply.code(204).send(null)
      },
    )

    app.get(
      '/sessions/ended',
      {
        config: { roles: ['service'] },
        schema: {
          tags: ['sessions'],
          summary: 'Sessions that were ended before their time, for services that take their tokens too',
          response: { 200: Type.Array(endedSession) },
        },
      },
      async () => sessionEnd.all(),
    )
  }
}
