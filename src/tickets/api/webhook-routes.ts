import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { HotlineError, nullable } from '../../kernel/index.ts'
import type { AuditStore } from '../audit/audit-store.ts'
import type { Webhook, WebhookStore } from '../webhooks/webhook-store.ts'
import { actorOf } from './people.ts'

class UnknownWebhook extends HotlineError {
  readonly code = 'webhook-unknown'
  readonly status = 404
}

const params = Type.Object({ webhookId: Type.String({ format: 'uuid' }) })
const view = Type.Object({
  webhookId: Type.String(),
  url: Type.String(),
  types: Type.Array(Type.String()),
  failures: Type.Integer(),
  lastError: nullable(Type.String()),
  deliveredAt: nullable(Type.String()),
})

/** Facts by HTTP for systems that cannot hold a socket. */
export function webhookRoutes({
  webhooks,
  audit,
  now,
}: {
  webhooks: WebhookStore
  audit: AuditStore
  now: () => number
}): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/webhooks',
      { config: { roles: ['admin'] }, schema: { tags: ['webhooks'], response: { 200: Type.Array(view) } } },
      async () => (await webhooks.all()).map(toView),
    )

    app.post(
      '/webhooks',
      {
        config: { roles: ['admin'] },
        schema: {
          tags: ['webhooks'],
          summary: 'The answer holds the secret, this once; deliveries are signed with it (Standard Webhooks)',
          body: Type.Object(
            {
              url: Type.String({ pattern: '^https?://[^\\s@]+$', maxLength: 500 }),
              types: Type.Array(Type.String({ pattern: '^(\\*|[a-z]+\\.[a-z-]+)$' }), { minItems: 1, maxItems: 100 }),
            },
            { additionalProperties: false },
          ),
          response: { 201: Type.Object({ ...view.properties, secret: Type.String() }) },
        },
      },
      async (request, reply) => {
        const webhook = await webhooks.create(request.body)
        const { id: actor, role } = actorOf(request)
        const subject = `webhook:${webhook.webhookId}`
        const detail = { after: { url: webhook.url, types: webhook.types } }
        await audit.add({ subject, at: now(), actor, role, origin: request.ip, action: 'CREATE_WEBHOOK', detail })
        return reply.code(201).send({ ...toView(webhook), secret: webhook.secret })
      },
    )

    app.delete(
      '/webhooks/:webhookId',
      { config: { roles: ['admin'] }, schema: { tags: ['webhooks'], params, response: { 204: Type.Null() } } },
      async (request, reply) => {
        const { webhookId } = request.params
        if (!(await webhooks.remove(webhookId))) throw new UnknownWebhook(`no webhook ${webhookId}`)
        const { id: actor, role } = actorOf(request)
        const subject = `webhook:${webhookId}`
        await audit.add({ subject, at: now(), actor, role, origin: request.ip, action: 'DELETE_WEBHOOK', detail: {} })
        return reply.code(204).send(null)
      },
    )
  }
}

function toView({ webhookId, url, types, failures, lastError, deliveredAt }: Webhook) {
  const at = deliveredAt === null ? null : new Date(deliveredAt).toISOString()
  return { webhookId, url, types: [...types], failures, lastError, deliveredAt: at }
}
