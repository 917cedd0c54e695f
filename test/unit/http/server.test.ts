import type { FastifyInstance } from 'fastify'
import { afterEach, expect, test } from 'vitest'
import { createHttpServer } from '../../../src/http/index.ts'
import { HotlineError } from '../../../src/kernel/index.ts'
import { silent } from '../../support/database.ts'

class LineBusy extends HotlineError {
  readonly code = 'line-busy'
  readonly status = 409
}

let app: FastifyInstance
afterEach(() => app.close())

async function serverWith(register: (app: FastifyInstance) => void) {
  const routes = [async (instance: FastifyInstance) => register(instance)]
  app = await createHttpServer({ logger: silent, jwtSecret: 'a secret of the test', routes, rootRoutes: [] })
  await app.ready()
  const token = app.jwt.sign({ username: 'root', role: 'admin', agentId: null })
  return (url: string) => app.inject({ url: `/api/v1${url}`, headers: { authorization: `Bearer ${token}` } })
}

test('HTTP - a route that does not say who may call it is refused to everybody, the admin too', async () => {
  const get = await serverWith((api) => api.get('/forgotten', async () => 'secret'))

  const answer = await get('/forgotten')

  expect(answer.statusCode).toBe(403)
  expect(answer.json()).toMatchObject({ code: 'not-permitted' })
})

test('HTTP - a refusal of ours keeps its code and status', async () => {
  const get = await serverWith((api) =>
    api.get('/busy', { config: { roles: 'public' } }, async () => {
      throw new LineBusy('the line is busy')
    }),
  )

  const answer = await get('/busy')

  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
  expect(answer.json()).toEqual({
    type: 'urn:yihao:problem:line-busy',
    title: 'line busy',
    status: 409,
    detail: 'the line is busy',
    code: 'line-busy',
  })
})

test.each([
  ['an error', () => new Error('password of the database is 1234')],
  ['nothing', () => undefined],
  ['a text', () => 'password of the database is 1234'],
])('HTTP - what we did not foresee (%s) is 500 and not told', async (_what, thrown) => {
  const get = await serverWith((api) =>
    api.get('/broken', { config: { roles: 'public' } }, async () => {
      throw thrown()
    }),
  )

  const answer = await get('/broken')

  expect(answer.statusCode).toBe(500)
  expect(answer.json()).toMatchObject({ code: 'internal-error' })
  expect(answer.body).not.toContain('1234')
})

test('HTTP - a session that is over is refused', async () => {
  const get = await serverWith((api) => api.get('/mine', { config: { roles: ['admin'] } }, async () => 'ok'))
  const past = app.jwt.sign({ username: 'root', role: 'admin', agentId: null, iat: 1 })

  const answer = await app.inject({ url: '/api/v1/mine', headers: { authorization: `Bearer ${past}` } })

  expect(answer.statusCode).toBe(401)
  expect((await get('/mine')).statusCode).toBe(200)
})
