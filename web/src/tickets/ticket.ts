import { computed, type Ref, shallowRef, watch } from 'vue'
import { refusalOf, useAttempts } from '../api/attempts.ts'
import { ticketApi } from '../api/request.ts'
import { session } from '../session/session.ts'
import {
  type Duplicate,
  type HistoryEntry,
  type ListedTicket,
  noForm,
  type Steps,
  type Ticket,
  type TicketForm,
  type TicketNotice,
} from './ticket-views.ts'
import { readOpenTimes } from './working-time.ts'

const mostTogether = 20

/** The ticket that one is merged under, or those merged under it. */
async function mergedWith({ ticketId, parentId }: Ticket): Promise<ListedTicket[]> {
  const ids = parentId === null ? await ticketApi.get<string[]>(`/tickets/${ticketId}/merged`) : [parentId]
  return Promise.all(ids.slice(0, mostTogether).map((id) => ticketApi.get<Ticket>(`/tickets/${id}`)))
}

/** One ticket as its page shows it, with the steps that are possible now; asked for anew when the id changes. */
export function useTicket(ticketId: Ref<string>) {
  const ticket = shallowRef<Ticket>()
  const steps = shallowRef<Steps>({ state: '', yours: [], others: [] })
  const history = shallowRef<readonly HistoryEntry[]>([])
  const notices = shallowRef<readonly TicketNotice[]>([])
  const duplicates = shallowRef<readonly Duplicate[]>([])
  /** The one it is merged under, or those merged under it, as far as a page has room. */
  const together = shallowRef<readonly ListedTicket[]>([])
  const form = shallowRef(noForm)
  /** Units do not see what else the same citizen brought. */
  const fromDesk = computed(() => session.user.value?.role !== 'unit')
  const open = computed(() => readOpenTimes(form.value.openTimes))
  const path = computed(() => `/tickets/${ticketId.value}`)
  // What was refused may have been, because somebody else was quicker.
  const { refusal, attempt } = useAttempts(async () => {
    if (refusal.value !== '') await refusalOf(look)
  })

  /** Everything is shown at once: what belongs to the ticket before would be taken for this one's. */
  async function look(): Promise<void> {
    const of = <T>(part: string) => ticketApi.get<T>(`${path.value}/${part}`)
    const asked = await ticketApi.get<Ticket>(path.value)
    const [possible, past, issued, similar, merged] = await Promise.all([
      of<Steps>('steps'),
      of<HistoryEntry[]>('history'),
      of<TicketNotice[]>('notices'),
      fromDesk.value ? of<Duplicate[]>('duplicates') : [],
      fromDesk.value ? mergedWith(asked) : [],
    ])
    if (asked.ticketId !== ticketId.value) return
    ticket.value = asked
    steps.value = possible
    history.value = past
    notices.value = issued
    duplicates.value = similar
    together.value = merged
  }

  async function begin(): Promise<void> {
    form.value = await ticketApi.get<TicketForm>('/form')
    await look()
  }
  watch(ticketId, () => attempt(begin), { immediate: true })

  /** Sends a step of the machine by its name, e.g. `RETURN_VISIT`. */
  function send(name: string, body: Record<string, unknown>): Promise<void> {
    return attempt(async () => {
      const step = name.toLowerCase().replaceAll('_', '-')
      await ticketApi.post(`${path.value}/${step}`, { ...body, revision: ticket.value?.revision })
      await look()
    })
  }

  const unitName = (id: string | null) => form.value.units.find(({ unitId }) => unitId === id)?.name ?? id ?? '—'
  return {
    ticket,
    steps,
    history,
    notices,
    duplicates,
    together,
    form,
    fromDesk,
    open,
    refusal,
    attempt,
    send,
    unitName,
  }
}

export type TicketFile = ReturnType<typeof useTicket>
