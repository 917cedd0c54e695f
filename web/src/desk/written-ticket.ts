import { computed, reactive, ref, shallowRef, watch } from 'vue'
import { ApiError, ticketApi } from '../api/request.ts'
import type { Duplicate, ListedTicket, Matter, Ticket, TicketForm } from '../tickets/ticket-views.ts'
import type { Desk } from './desk.ts'

const emptyMatter = (): Matter => ({
  title: '',
  content: '',
  classification: null,
  address: '',
  contactName: '',
  confidential: false,
})
/** Milliseconds between looks for a ticket that the ticket service makes of the answer, and how often. */
const lookAgainAfter = 300
const looks = 40

/** The ticket of the call at the desk: found when the call is answered, written while talking and in wrap-up. */
export function useWrittenTicket(desk: Desk) {
  const form = shallowRef<TicketForm>({ kinds: [], classifications: [], units: [] })
  const ticket = shallowRef<Ticket | null>(null)
  const earlier = shallowRef<readonly ListedTicket[]>([])
  const duplicates = shallowRef<readonly Duplicate[]>([])
  const matter = reactive(emptyMatter())
  const kind = ref('consultation')
  const urgent = ref(false)
  const answer = ref('')
  const unitId = ref('')

  void desk.attempt(async () => {
    const all = await ticketApi.get<TicketForm>('/form')
    // Tickets of these kinds are made without a talk.
    form.value = { ...all, kinds: all.kinds.filter(({ kind }) => !['callback', 'voicemail', 'call'].includes(kind)) }
  })

  // A draft may still be on its way when the call is answered: it is made of the fact of the answer.
  async function find(ticketId: string): Promise<void> {
    for (let look = 0; look < looks && desk.written.value?.ticketId === ticketId; look += 1) {
      try {
        return take(await ticketApi.get<Ticket>(`/tickets/${ticketId}`))
      } catch (error) {
        if (!(error instanceof ApiError && error.status === 404)) throw error
        await new Promise((resolve) => setTimeout(resolve, lookAgainAfter))
      }
    }
  }

  function take(found: Ticket): void {
    ticket.value = found
    Object.assign(matter, found.matter)
    kind.value = found.kind ?? 'consultation'
    urgent.value = found.urgency === 'urgent'
    answer.value = ''
    unitId.value = found.unitId ?? ''
    void lookForDuplicates()
  }

  watch(
    desk.written,
    (written) => {
      ticket.value = null
      duplicates.value = []
      Object.assign(matter, emptyMatter())
      if (written) void desk.attempt(() => find(written.ticketId))
    },
    { immediate: true },
  )

  watch(
    () => desk.call.value?.callerNumber,
    async (callerNumber) => {
      earlier.value = []
      if (!callerNumber || !/^\+?[0-9]{3,20}$/.test(callerNumber)) return
      await desk.attempt(async () => {
        earlier.value = await ticketApi.post<ListedTicket[]>('/caller-tickets', { callerNumber })
      })
    },
    { immediate: true },
  )

  async function lookForDuplicates(): Promise<void> {
    if (!ticket.value) return
    duplicates.value = await ticketApi.get<Duplicate[]>(`/tickets/${ticket.value.ticketId}/duplicates`)
  }

  const step = async (ticketId: string, name: string, body: object = {}) => {
    ticket.value = await ticketApi.post<Ticket>(`/tickets/${ticketId}/${name}`, body)
  }

  async function save(): Promise<string> {
    if (!ticket.value) throw new Error('no ticket is open')
    const { ticketId } = ticket.value
    await ticketApi.put(`/tickets/${ticketId}/matter`, { ...matter })
    await lookForDuplicates()
    return ticketId
  }

  async function register(ticketId: string): Promise<void> {
    if (ticket.value?.state !== 'draft') return
    await step(ticketId, 'register', { kind: kind.value, urgency: urgent.value ? 'urgent' : 'ordinary' })
  }

  async function answerAtOnce(): Promise<void> {
    const ticketId = await save()
    await register(ticketId)
    await step(ticketId, 'answer', { answer: answer.value })
  }

  async function dispatch(): Promise<void> {
    const ticketId = await save()
    await register(ticketId)
    if (ticket.value?.state === 'registered') await step(ticketId, 'accept')
    await step(ticketId, 'dispatch', { unitId: unitId.value })
  }

  watch(
    () => matter.classification,
    (classification) => {
      const line = form.value.classifications.find((each) => each.classification === classification)
      if (line) unitId.value = line.unitId
    },
  )

  const open = computed(() => ['draft', 'registered', 'accepted'].includes(ticket.value?.state ?? ''))
  return { form, ticket, earlier, duplicates, matter, kind, urgent, answer, unitId, open, save, answerAtOnce, dispatch }
}
