import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { nullable } from '../../kernel/index.ts'
import type { Notice } from '../notices/notice.ts'
import type { NoticeStore } from '../notices/notice-store.ts'
import { UnknownTicket } from '../office/errors.ts'
import type { TicketStore } from '../office/ticket-store.ts'
import type { UnitStore } from '../units/unit-store.ts'
import { sees, visibleTo } from './people.ts'

const readers = ['agent', 'supervisor', 'admin', 'unit'] as const
const noticeNumber = Type.String({ pattern: '^[A-Z]{1,6}-[A-Z]{2}-[0-9]{4}-[0-9]{6}$' })
const view = Type.Object({
  number: noticeNumber,
  kind: Type.String(),
  stage: Type.String(),
  unitId: nullable(Type.String()),
  copiedTo: Type.Array(Type.String()),
  issuedAt: Type.String(),
})

/** The archive of reminders, urging notices and criticisms. Whoever sees the ticket sees its documents. */
export function noticeRoutes({
  notices,
  store,
  units,
}: {
  notices: NoticeStore
  store: TicketStore
  units: UnitStore
}): FastifyPluginAsyncTypebox {
  async function refuseOthers({ principal }: FastifyRequest, ticketId: string): Promise<void> {
    const ticket = await store.find(ticketId)
    if (!ticket || !sees(await visibleTo(principal, units), ticket)) throw new UnknownTicket(`no ticket ${ticketId}`)
  }

  return async (app) => {
    app.get(
      '/tickets/:ticketId/notices',
      {
        config: { roles: readers },
        schema: {
          tags: ['notices'],
          params: Type.Object({ ticketId: Type.String({ format: 'uuid' }) }),
          response: { 200: Type.Array(view) },
        },
      },
      async (request) => {
        await refuseOthers(request, request.params.ticketId)
        return (await notices.ofTicket(request.params.ticketId)).map(toView)
      },
    )

    app.get(
      '/notices/:number',
      {
        config: { roles: readers },
        schema: {
          tags: ['notices'],
          summary: 'The document: HTML, or text with Accept: text/plain',
          params: Type.Object({ number: noticeNumber }),
          response: { 200: Type.String() },
        },
      },
      async (request, reply) => {
        const notice = await notices.find(request.params.number)
        if (!notice) throw new UnknownTicket(`no notice ${request.params.number}`)
        await refuseOthers(request, notice.ticketId)
        const plain = request.headers.accept?.startsWith('text/plain') === true
        return reply
          .type(plain ? 'text/plain; charset=utf-8' : 'text/html; charset=utf-8')
          .send(plain ? notice.text : notice.html)
      },
    )
  }
}

function toView({ number, kind, stage, unitId, copiedTo, issuedAt }: Notice) {
  return { number, kind, stage, unitId, copiedTo: [...copiedTo], issuedAt: new Date(issuedAt).toISOString() }
}
