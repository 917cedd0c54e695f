import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import { ticketApi } from '../api/request.ts'
import { type Duplicate, type ListedTicket, noForm, type Ticket, type TicketForm } from '../tickets/ticket-views.ts'
import { callTicket, findCallTicket } from './call-ticket.ts'
import type { Desk } from './desk.ts'
import { Kept } from './kept.ts'
import { useWrittenMatter } from './written-matter.ts'

/** What of the form is no part of the ticket before a step takes it along: kept by the tab alone. */
interface Choices {
  readonly kind: string
  readonly urgent: boolean
  readonly answer: string
  readonly unitId: string
}

/** Milliseconds after a fact in which the ticket service has heard of it too; and between looks for a draft that is another's. */
const heardAfter = 1500
const mostBetweenLooks = 30_000
const writableStates: readonly string[] = ['draft', 'registered', 'accepted']

/** The ticket of the call at the desk: found when the call is answered, written while talking and in wrap-up. */
export function useWrittenTicket(desk: Desk) {
  const { agentId } = desk
  const form = shallowRef(noForm)
  const earlier = shallowRef<readonly ListedTicket[]>([])
  const duplicates = shallowRef<readonly Duplicate[]>([])
  const missing = ref(false)
  const kind = ref('consultation')
  const urgent = ref(false)
  const answer = ref('')
  const unitId = ref('')
  const text = useWrittenMatter({ agentId, onSaved: () => void lookForDuplicates() })
  const { ticket, matter } = text
  const choices = new Kept<Choices>({ what: 'choices', agentId, storage: sessionStorage })
  desk.beforeHandover(text.flush)

  void desk.attempt(async () => {
    const all = await ticketApi.get<TicketForm>('/form')
    // Tickets of these kinds are made without a talk.
    form.value = { ...all, kinds: all.kinds.filter(({ kind }) => !['callback', 'voicemail', 'call'].includes(kind)) }
  })

  async function find(callId: string): Promise<void> {
    const wanted = () => desk.written.value?.callId === callId
    missing.value = false
    const found = await findCallTicket(callId, wanted)
    if (!wanted()) return
    missing.value = !found
    if (found) await open(found)
  }

  async function open(found: Ticket): Promise<void> {
    text.take(found)
    const { kind: kept = 'consultation', urgency, unitId: unit, ticketId } = found
    const chosen = choices.get(ticketId)
    kind.value = chosen?.kind ?? kept ?? 'consultation'
    urgent.value = chosen?.urgent ?? urgency === 'urgent'
    answer.value = chosen?.answer ?? ''
    unitId.value = chosen?.unitId ?? unit ?? ''
    await lookForDuplicates()
  }

  watch(
    desk.written,
    (written) => {
      text.leave()
      missing.value = false
      duplicates.value = []
      if (written) void desk.attempt(() => find(written.callId))
    },
    { immediate: true },
  )

  /** Somebody else may have it now, or have written in it. */
  async function lookAgain(): Promise<void> {
    const { callId } = desk.written.value ?? {}
    if (callId === undefined || (!ticket.value && !missing.value)) return
    // Nobody asked, so nobody is told of a refusal.
    const found = await callTicket(callId).catch(() => undefined)
    if (!found || desk.written.value?.callId !== callId) return
    if (ticket.value) return text.take(found)
    missing.value = false
    await open(found)
  }

  let again: ReturnType<typeof setTimeout> | undefined
  function planLook(inMs: number): void {
    again ??= setTimeout(async () => {
      again = undefined
      await lookAgain()
      // It may be on its way to this desk: asked for with a growing pause.
      if (withOther.value !== null) planLook(Math.min(mostBetweenLooks, inMs * 2))
    }, inMs)
  }
  onScopeDispose(() => clearTimeout(again))

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
    const { ticketId } = ticket.value
    try {
      const found = await ticketApi.get<Duplicate[]>(`/tickets/${ticketId}/duplicates`)
      if (ticket.value?.ticketId === ticketId) duplicates.value = found
    } catch {
      // Those proposed before stay: nobody asked, so nobody is told.
    }
  }

  watch([kind, urgent, answer, unitId], () => {
    if (!writable.value || !ticket.value) return
    const chosen = { kind: kind.value, urgent: urgent.value, answer: answer.value, unitId: unitId.value }
    choices.put(ticket.value.ticketId, chosen)
  })

  async function step(ticketId: string, name: string, body: object = {}): Promise<void> {
    const after = await ticketApi.post<Ticket>(`/tickets/${ticketId}/${name}`, body)
    if (!writableStates.includes(after.state)) choices.forget(ticketId)
    // The next call's may be open by now.
    if (ticket.value?.ticketId === ticketId) text.take(after)
  }

  const save = () => text.save({ overwriting: true })

  async function register(ticketId: string): Promise<void> {
    if (ticket.value?.state !== 'draft') return
    await step(ticketId, 'register', { kind: kind.value, urgency: urgent.value ? 'urgent' : 'ordinary' })
  }

  async function answerAtOnce(): Promise<void> {
    const ticketId = await text.save({ overwriting: false })
    await register(ticketId)
    await step(ticketId, 'answer', { answer: answer.value })
  }

  async function dispatch(): Promise<void> {
    const ticketId = await text.save({ overwriting: false })
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

  /** The agent who writes it now, if that is another one: a draft goes with the call. */
  const withOther = computed(() => {
    const { state, responsible } = ticket.value ?? {}
    return state === 'draft' && responsible?.kind === 'agent' && responsible.id !== agentId ? responsible.id : null
  })
  watch([desk.changes, () => desk.call.value?.talk, withOther], () => planLook(heardAfter))
  const writable = computed(() => withOther.value === null && writableStates.includes(ticket.value?.state ?? ''))
  const { saving, conflicts } = text
  return {
    ...{ form, ticket, earlier, duplicates, missing, matter, kind, urgent, answer, unitId },
    ...{ saving, conflicts, withOther, writable, save, answerAtOnce, dispatch },
  }
}
