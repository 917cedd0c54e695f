import { timingSafeEqual } from 'node:crypto'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { HotlineError, nullable } from '../../kernel/index.ts'
import type { TicketStore } from '../office/ticket-store.ts'

class ProgressRefused extends HotlineError {
  readonly code = 'progress-refused'
  readonly status = 404
}

/** Wrong codes after which a ticket is not told of any more: six digits could be tried through. */
const mostWrongCodes = 20

const steps: Readonly<Record<string, string>> = {
  draft: '登记中',
  registered: '待受理',
  accepted: '已受理，待转办',
  dispatched: '已转办，待签收',
  returned: '转办核实中',
  signed: '已签收',
  handling: '办理中',
  replied: '已答复，待审核',
  review: '审核中',
  returnVisit: '待回访',
  answered: '已当场答复',
  merged: '与同一事项合并办理中',
  closed: '已办结',
  notAccepted: '不予受理',
  withdrawn: '已撤回',
  voided: '已作废',
  archived: '已归档',
}

/** The citizen asks which step the matter is at and how much longer it takes [42]. */
export function progressRoutes({
  store,
  unitName,
  now,
}: {
  store: TicketStore
  unitName: (unitId: string) => Promise<string | undefined>
  now: () => number
}): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/progress',
      {
        config: { roles: 'public', rateLimit: { max: 10, timeWindow: '1 minute' } },
        schema: {
          tags: ['progress'],
          summary: 'By the number of the ticket and the code the citizen was told',
          querystring: Type.Object({
            number: Type.String({ pattern: '^[A-Z]{1,6}[0-9]{14}$' }),
            code: Type.String({ pattern: '^[0-9]{6}$' }),
          }),
          response: {
            200: Type.Object({
              number: Type.String(),
              state: Type.String(),
              step: Type.String(),
              unit: nullable(Type.String()),
              dueAt: nullable(Type.String()),
              overdue: Type.Boolean(),
            }),
          },
          security: [],
        },
      },
      async ({ query: { number, code } }) => {
        const ticket = await store.findByNumber(number)
        const matches = ticket && timingSafeEqual(Buffer.from(ticket.queryCode), Buffer.from(code))
        if (ticket && !matches) await store.countWrongCode(ticket.ticketId)
        // The same words for all, so that numbers in use cannot be told from others.
        if (!ticket || !matches || ticket.wrongCodes >= mostWrongCodes) {
          throw new ProgressRefused('number and code do not belong together')
        }
        const { state, context } = ticket
        const clock = context.clocks.handle
        const unit = context.unit ? await unitName(context.unit.unitId) : undefined
        return {
          number,
          state,
          step: steps[state] ?? state,
          unit: unit ?? null,
          dueAt: clock ? new Date(clock.dueAt).toISOString() : null,
          overdue: clock !== undefined && clock.dueAt < now(),
        }
      },
    )
  }
}
