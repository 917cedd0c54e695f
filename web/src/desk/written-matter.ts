import { onScopeDispose, reactive, ref, shallowRef, watch } from 'vue'
import { ApiError } from '../api/request.ts'
import type { Ticket } from '../tickets/ticket-views.ts'
import { DraftSender } from './draft-sender.ts'
import { emptyMatter, type MatterField, type Merged, sameMatter } from './merge-matter.ts'

/** What the citizen said, as the form shows it: saved by itself, and brought together with what others write. */
export function useWrittenMatter({ agentId, onSaved }: { agentId: string; onSaved: () => void }) {
  const ticket = shallowRef<Ticket | null>(null)
  const matter = reactive(emptyMatter())
  const saving = ref<'none' | 'saved' | 'failed'>('none')
  const conflicts = shallowRef<readonly MatterField[]>([])
  let shown = emptyMatter()

  const sender = new DraftSender({
    agentId,
    storage: sessionStorage,
    reader: {
      onSaved(next, text) {
        if (next.ticketId !== ticket.value?.ticketId) return
        show(next, { matter: text, conflicts: [] })
        if (sameMatter(text, next.matter)) saving.value = 'saved'
        onSaved()
      },
      onConflict: (next, merged) => {
        if (next.ticketId === ticket.value?.ticketId) show(next, merged)
      },
      onFailed: (ticketId) => {
        if (ticketId === ticket.value?.ticketId) saving.value = 'failed'
      },
    },
  })
  sender.resume()

  function show(next: Ticket, merged: Merged): void {
    ticket.value = next
    shown = merged.matter
    conflicts.value = merged.conflicts
    Object.assign(matter, merged.matter)
  }

  // Before anything else that follows from the same moment, such as the next call's form.
  watch(matter, () => {
    if (!ticket.value || sameMatter(matter, shown)) return
    shown = { ...matter }
    saving.value = 'none'
    const { ticketId, revision, matter: base } = ticket.value
    sender.typed({ ticketId, revision, base, matter: shown })
  })

  /** Shows a ticket as it was read just now. */
  function take(found: Ticket): void {
    if (found.ticketId !== ticket.value?.ticketId) saving.value = 'none'
    else if (found.revision < ticket.value.revision) return
    show(found, sender.meet(found))
  }

  /** Shows none; what was typed is saved all the same. */
  function leave(): void {
    void sender.flush()
    ticket.value = null
    shown = emptyMatter()
    conflicts.value = []
    saving.value = 'none'
    Object.assign(matter, shown)
  }

  /** Rejects when it is not saved. `overwriting`: also where somebody else wrote something different. */
  async function save({ overwriting }: { overwriting: boolean }): Promise<string> {
    if (!ticket.value) throw new Error('no ticket is open')
    const { ticketId } = ticket.value
    if (overwriting) conflicts.value = []
    await sender.send(ticketId, { overwriting })
    if (conflicts.value.length > 0) {
      throw new ApiError({ status: 409, code: 'ticket-changed', detail: 'somebody else wrote something different' })
    }
    saving.value = 'saved'
    return ticketId
  }

  const flush = () => sender.flush()
  window.addEventListener('pagehide', flush)
  onScopeDispose(() => {
    window.removeEventListener('pagehide', flush)
    void flush()
    sender.close()
  })

  return { ticket, matter, saving, conflicts, take, leave, save, flush }
}
