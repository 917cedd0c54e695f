import type { TicketInput } from '../machine/ticket-inputs.ts'
import type { TicketSnapshot } from '../machine/ticket-transition.ts'
import type { Ticket } from './ticket.ts'

const day = (instant: number) =>
  new Intl.DateTimeFormat('zh-CN', { timeZone: 'Asia/Shanghai', dateStyle: 'long' }).format(instant)

/** What the citizen is told after a step, in the words of a short message; undefined when there is nothing to tell. */
export function citizenMessage(
  { number, queryCode }: Pick<Ticket, 'number' | 'queryCode'>,
  input: TicketInput,
  after: TicketSnapshot,
): string | undefined {
  const about = `【12345】您的诉求（工单号${number}）`
  if (input.type === 'REGISTER') return `${about}已受理，查询码${queryCode}。`
  if (input.type === 'NOT_ACCEPT') return `${about}不予受理：${input.explanation}`
  if (input.type === 'APPROVE_EXTENSION') {
    return `${about}因情况复杂延期办理，承诺于${day(after.context.extension?.until ?? input.at)}前答复。`
  }
  if (input.type === 'MERGE') return `${about}与他人反映的同一事项合并办理，办结后将一并告知。`
  if (input.type === 'CLOSE_WITH_PARENT') return `${about}与合并的事项一并办结。`
  if (input.type === 'PASS') return `${about}已有答复，我们将回访您。`
  return undefined
}
