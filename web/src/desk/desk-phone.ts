import { type Ref, ref, watch } from 'vue'
import { api } from '../api/request.ts'
import type { SipAccount } from '../softphone/sip-line.ts'
import { type PagePhone, usePhone } from '../softphone/use-softphone.ts'
import type { Desk } from './desk.ts'
import { useReturn } from './phone-return.ts'

/** Milliseconds a phone that was just chosen has for its registration. */
const readyWithin = 10_000

export interface DeskPhone {
  readonly page: PagePhone
  /** Whether the softphone of this page is the agent's phone. */
  readonly inUse: Ref<boolean>
  /** Turns the softphone on; settled when it can be called, with its extension. */
  turnOn(): Promise<string>
}

/** The softphone of an agent's page: on while the agent is signed in at it, also after the page was loaded again. */
export function useDeskPhone(desk: Desk): DeskPhone {
  const page = usePhone({ account: () => api.post<SipAccount>('/browser-phone'), rings: true })
  const { phone, state } = page
  const extension = `web-${desk.agentId}`
  const inUse = ref(false)

  watch(
    () => desk.agent.value?.extension,
    (at) => {
      if (at === undefined) return
      inUse.value = at === extension
      if (!inUse.value) phone.stop()
      else if (state.value.line === 'off') void phone.start()
    },
  )
  watch(desk.phoneOpened, () => phone.check())

  useReturn({ desk, page, inUse })

  async function turnOn(): Promise<string> {
    inUse.value = true
    if (['off', 'elsewhere'].includes(state.value.line)) void phone.start()
    await new Promise<void>((resolve) => {
      const settle = () => {
        clearTimeout(timer)
        stop()
        resolve()
      }
      const timer = setTimeout(settle, readyWithin)
      const stop = watch(
        () => state.value.line === 'registered',
        (ready) => ready && settle(),
        { flush: 'sync' },
      )
      if (state.value.line === 'registered') settle()
    })
    return extension
  }

  return { page, inUse, turnOn }
}
