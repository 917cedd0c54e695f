import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Value } from 'typebox/value'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signature } from '../../../src/tickets/webhooks/webhook-sender.ts'
import { TicketRoom } from '../../support/ticket-service.ts'
import { until } from '../../support/until.ts'

describe('webhooks', () => {
  let room: TicketRoom
  let receiver: Server
  let url: string
  let failing = false
  const received: { headers: IncomingMessage['headers']; body: string }[] = []
  beforeAll(async () => {
    room = await TicketRoom.start()
    receiver = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString()
      })
      request.on('end', () => {
        if (!failing) received.push({ headers: request.headers, body })
        response.writeHead(failing ? 503 : 204).end()
      })
    })
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`
  })
  afterAll(async () => {
    await room.stop()
    receiver.close()
  })

  test('facts come in order, signed, once each when the receiver failed meanwhile, and have the shape the document says', async () => {
    const admin = room.token('admin')
    const types = ['call.answered', 'ticket.drafted', 'ticket.registered', 'ticket.citizen-told']
    const { body: webhook } = await room.ask<{ secret: string; webhookId: string }>('POST', '/webhooks', {
      as: admin,
      body: { url, types },
    })
    failing = true
    const { ticketId } = await room.answeredCall()
    await room.step(ticketId, 'register', room.token('agent'), { kind: 'help' })
    await until(async () => {
      const { body } = await room.ask<{ failures: number }[]>('GET', '/webhooks', { as: admin })
      return (body[0]?.failures ?? 0) > 0
    }, 'a delivery failed')

    failing = false

    await until(() => received.length === 4, 'all four facts')
    const events = received.map(({ body }) => JSON.parse(body) as { id: string; type: string })
    expect(events.map(({ type }) => type).sort()).toEqual([...types].sort())
    expect(new Set(events.map(({ id: event }) => event)).size).toBe(4)
    for (const { headers, body } of received) {
      const about = { id: String(headers['webhook-id']), timestamp: String(headers['webhook-timestamp']), body }
      expect(headers['webhook-signature']).toBe(signature({ ...about, secret: webhook.secret }))
    }
    const document = (await (await fetch(`${room.url}/asyncapi.json`)).json()) as AsyncApi
    expect(document.asyncapi).toBe('3.0.0')
    for (const event of events) {
      const schema = document.components.messages[event.type]?.payload ?? {}
      expect([...Value.Errors(schema, event)], event.type).toEqual([])
    }
    expect((await room.ask('DELETE', `/webhooks/${webhook.webhookId}`, { as: admin })).status).toBe(204)
  })
})

interface AsyncApi {
  readonly asyncapi: string
  readonly components: { readonly messages: Record<string, { readonly payload: object }> }
}
