import type { FastifyInstance } from 'fastify'

/** Milliseconds a consumer has to say goodbye; ws itself would wait half a minute for one that sleeps. */
const goodbyeWithin = 1000

/** Ends all WebSockets when the service stops. */
export function endSockets(this: FastifyInstance, done: () => void): void {
  const { websocketServer: server } = this
  for (const client of server.clients) client.close(1001, 'the service stops')
  const timer = setTimeout(() => {
    for (const client of server.clients) client.terminate()
  }, goodbyeWithin)
  server.close(() => {
    clearTimeout(timer)
    done()
  })
}
