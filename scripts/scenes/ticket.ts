import { HotlineClient } from '../client/hotline-client.ts'
import { insist, type Room } from './room.ts'

interface TicketView {
  readonly ticketId: string
  readonly number: string
  readonly state: string
  readonly revision: number
  readonly clocks: readonly { readonly stage: string; readonly dueAt: string }[]
}

interface NoticeView {
  readonly number: string
  readonly kind: string
}

/** Milliseconds the tickets' clock may take to come round to something. */
const patience = 60_000

/**
 * The ticket of the first call, from the pop-up to the archive, on a clock a day of which is a second: the unit lets its limit
 * pass and gets an urging notice.
 */
export async function followTicket(room: Room): Promise<{ ticketArchived: boolean; urgingNotices: number }> {
  console.log('\n— the ticket of the first call goes from the pop-up to the archive; the unit is late and gets urged')
  const { ports } = room.stack
  const url = `http://127.0.0.1:${ports.tickets}`
  const centre = HotlineClient.with(url, room.admin.token)
  const { data: popped } = await room.timeline.until('agent.ringing')
  const { ticketId } = popped.pop
  const { ticket: draft } = await centre.get<{ ticket: TicketView }>(`/calls/${popped.callId}/ticket`)
  insist(
    draft.ticketId === ticketId && draft.state === 'draft',
    'the screen-pop carries another ticket than the call has',
  )
  await centre.put('/officials/housing.li', { unitId: 'housing', password: 'demo of housing' })
  const unit = await HotlineClient.login(url, { username: 'housing.li', password: 'demo of housing' })

  const step = async (who: HotlineClient, name: string, body: object = {}) => {
    const { number, state } = await who.post<TicketView>(`/tickets/${ticketId}/${name}`, body)
    console.log(`              ticket ${number}  ${name} → ${state}`)
  }
  const matter = {
    title: '路灯不亮',
    content: '三号楼前的路灯不亮',
    classification: null,
    address: '',
    contactName: '',
  }
  await centre.put(`/tickets/${ticketId}/matter`, { ...matter, confidential: false, revision: draft.revision })
  await step(centre, 'register', { kind: 'complaint' })
  await step(centre, 'accept')
  await step(centre, 'dispatch', { unitId: 'housing' })
  await step(unit, 'sign')
  await step(unit, 'start')
  const urged = await untilNotice(centre, ticketId, 'urging')
  await step(unit, 'reply', { reply: '已维修完毕。' })
  await step(centre, 'review')
  await step(centre, 'pass')
  await step(centre, 'visit', { channel: 'phone', reached: true, resolved: true, satisfied: true })
  // The limit of stage archive is over by itself.
  await until(
    async () => (await centre.get<TicketView>(`/tickets/${ticketId}`)).state === 'archived',
    'the ticket is archived',
  )
  console.log(`              ticket ${draft.number}  archived by the clock`)
  return { ticketArchived: true, urgingNotices: urged }
}

async function untilNotice(centre: HotlineClient, ticketId: string, kind: string): Promise<number> {
  let found: NoticeView[] = []
  await until(async () => {
    found = (await centre.get<NoticeView[]>(`/tickets/${ticketId}/notices`)).filter((notice) => notice.kind === kind)
    return found.length > 0
  }, `a notice of kind ${kind}`)
  for (const { number } of found) console.log(`              notice ${number}  ${kind}`)
  return found.length
}

async function until(condition: () => Promise<boolean>, what: string): Promise<void> {
  for (const end = Date.now() + patience; Date.now() < end; ) {
    if (await condition()) return
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  insist(false, `not within ${patience / 1000} s: ${what}`)
}
