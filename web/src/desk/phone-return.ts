import { onScopeDispose, type Ref, watch } from 'vue'
import { ApiError, api } from '../api/request.ts'
import { after, type StopTimer } from '../clock/steady-timers.ts'
import type { PagePhone } from '../softphone/use-softphone.ts'
import type { Desk } from './desk.ts'

/** Milliseconds between two attempts to be rung. */
const againAfter = 2000

/**
 * A reload in mid-call: the page that goes says so, and the one that comes asks to be rung for the call it finds, and answers.
 * The hotline keeps the citizen meanwhile.
 */
export function useReturn({ desk, page, inUse }: { desk: Desk; page: PagePhone; inUse: Ref<boolean> }): void {
  const { phone, state } = page
  /** No call of this page's own has been there yet: one that is found is of the page before. */
  let isNew = true
  let waits = false
  /** The next call that rings is the one that was asked for. */
  let expects = false
  let stopTimer: StopTimer = () => {}

  function look(): void {
    const own = desk.call.value?.phone
    const { call, line } = state.value
    if (desk.agent.value && !own) isNew = expects = false
    if (call) {
      isNew = false
      if (expects && call.state === 'ringing') void page.answer()
      expects = false
    } else if (own && inUse.value && line === 'registered' && !waits && (isNew || own.lost)) void ask()
  }

  /** Not rung or not heard, it is asked again while the call is there. */
  async function ask(): Promise<void> {
    waits = expects = true
    try {
      await api.post('/desk/phone')
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
    }
    stopTimer = after(againAfter, () => {
      waits = false
      look()
    })
  }

  function leave(): void {
    const own = desk.call.value?.phone
    // Whether it was heard cannot be known here: the page that comes asks in any case.
    if (own && phone.state.call) api.deleteAnyway(`/desk/phone/${own.legId}`).catch(() => undefined)
  }

  watch([desk.agent, desk.call, state, inUse], look)
  window.addEventListener('pagehide', leave)
  onScopeDispose(() => {
    stopTimer()
    window.removeEventListener('pagehide', leave)
  })
}
