import type { FastifyInstance } from 'fastify'
import fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHttpServer, ticketProxyRoutes } from '../../../src/http/index.ts'
import { silent } from '../../support/database.ts'

describe('the ticket service under our address', () => {
  let tickets: FastifyInstance
  let app: FastifyInstance
  beforeAll(async () => {
    tickets = fastify()
    tickets.all('/api/v1/*', async ({ method, url, headers, body }, reply) =>
      reply.code(202).send({ method, url, cookie: headers.cookie, from: headers['x-forwarded-for'], body }),
    )
    const ticketsUrl = await tickets.listen({ host: '127.0.0.1', port: 0 })
    app = await createHttpServer({
      logger: silent,
      jwtSecret: 'x',
      routes: [],
      rootRoutes: [ticketProxyRoutes({ ticketsUrl })],
    })
    await app.listen({ host: '127.0.0.1', port: 0 })
  })
  afterAll(async () => {
    await app.close()
    await tickets.close()
  })
  const url = (path: string) => {
    const address = app.server.address()
    return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}${path}`
  }

  test('gets requests as they are, with the session and the address of who asked', async () => {
    const answer = await fetch(url('/tickets-api/v1/tickets/7/answer?x=1'), {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: 'yihao-session=a', 'x-forwarded-for': '10.9.9.9' },
      body: '{"answer":"好"}',
    })

    expect(answer.status).toBe(202)
    expect(await answer.json()).toEqual({
      method: 'POST',
      url: '/api/v1/tickets/7/answer?x=1',
      cookie: 'yihao-session=a',
      from: '127.0.0.1',
      body: { answer: '好' },
    })
  })

  test('a path that climbs out of the API is not passed on', async () => {
    const answer = await app.inject('/tickets-api/v1/..%2f..%2fmetrics')

    expect(answer.statusCode).toBeGreaterThanOrEqual(400)
  })

  test('while it is away the answer says so and nothing worse', async () => {
    const away = await createHttpServer({
      logger: silent,
      jwtSecret: 'x',
      routes: [],
      rootRoutes: [ticketProxyRoutes({ ticketsUrl: 'http://127.0.0.1:9' })],
    })

    const answer = await away.inject('/tickets-api/v1/tickets')

    expect(answer.statusCode).toBe(503)
    expect(answer.json()).toMatchObject({ code: 'tickets-away' })
    await away.close()
  })
})
