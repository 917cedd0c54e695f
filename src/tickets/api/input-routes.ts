import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type, { type TObject } from 'typebox'
import { inputSenders } from '../machine/input-senders.ts'
import { type InputData, type InputType, inputSchemas } from '../machine/ticket-inputs.ts'
import { refuseEmptyMatter } from '../office/complete-matter.ts'
import type { TicketOffice } from '../office/ticket-office.ts'
import type { TicketStore } from '../office/ticket-store.ts'
import { actorOf, everyRole } from './people.ts'
import { ticketView, toTicketView } from './ticket-views.ts'

/** One route for each step that people and programs may ask for: `POST /tickets/{ticketId}/not-accept` for NOT_ACCEPT. */
export function inputRoutes({
  office,
  store,
}: {
  office: TicketOffice
  store: TicketStore
}): FastifyPluginAsyncTypebox {
  return async (app) => {
    for (const [name, schema] of Object.entries(inputSchemas) as [InputType, TObject][]) {
      const roles = everyRole.filter((role) => inputSenders[name].includes(role))
      if (roles.length === 0) continue
      const revision = Type.Optional(
        Type.Integer({ minimum: 1, description: 'refuse if the ticket is another by now' }),
      )
      app.post(
        `/tickets/:ticketId/${name.toLowerCase().replaceAll('_', '-')}`,
        {
          config: { roles },
          schema: {
            tags: ['steps'],
            summary: `${name} by ${roles.join(', ')}`,
            params: Type.Object({ ticketId: Type.String({ format: 'uuid' }) }),
            body: Type.Object({ ...schema.properties, revision }, { additionalProperties: false }),
            response: { 200: ticketView },
          },
        },
        async (request) => {
          const { revision: seen, ...data } = request.body as { revision?: number } & InputData<InputType>
          const { ticketId } = request.params
          // Asked of people here: the machine's steps know the ticket alone, and reading more would slow each of them down.
          if (name === 'DISPATCH') refuseEmptyMatter(await store.matter((await office.get(ticketId)).ticketId))
          const about = { ticketId, data, revision: seen, by: actorOf(request), origin: request.ip }
          const ticket = await office.send({ ...about, type: name })
          return toTicketView(request, ticket, await store.matter(ticketId))
        },
      )
    }
  }
}
