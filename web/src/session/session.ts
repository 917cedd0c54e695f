import { type Ref, readonly, ref } from 'vue'
import { ApiError, api, onSessionOver, ticketApi, useCsrfToken } from '../api/request.ts'
import { pause } from '../clock/pause.ts'

export type Role = 'agent' | 'supervisor' | 'admin' | 'service' | 'unit'

export interface SessionUser {
  readonly username: string
  readonly role: Role
  /** The agent this person is, if any. */
  readonly agentId: string | null
}

interface SessionAnswer {
  readonly user: SessionUser
  readonly csrfToken: string
}

const user = ref<SessionUser | null>(null)

function begin({ user: who, csrfToken }: SessionAnswer): void {
  useCsrfToken(csrfToken)
  user.value = who
}

/** A service that is starting anew is asked so often, so many milliseconds apart. */
const [attempts, apart] = [20, 500]

/** Takes up the session of the cookie, if it still holds. */
async function restore(left = attempts): Promise<void> {
  try {
    begin(await api.get<SessionAnswer>('/session'))
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    // Nobody is logged in; or the service stays away, and the login page says so when somebody tries.
    if ((error.status !== 0 && error.status < 500) || left <= 1) return
    await pause(apart)
    await restore(left - 1)
  }
}

/** People of the hotline log in at the hotline, officials of units at the ticket service. */
async function openSession(credentials: { username: string; password: string }): Promise<SessionAnswer> {
  try {
    return await api.post<SessionAnswer>('/session', credentials)
  } catch (refusal) {
    if (!(refusal instanceof ApiError) || refusal.code !== 'login-refused') throw refusal
    return ticketApi.post<SessionAnswer>('/session', credentials).catch(() => Promise.reject(refusal))
  }
}

onSessionOver(() => {
  user.value = null
})

/** Who is logged in, in this browser. */
export const session = {
  user: readonly(user) as Readonly<Ref<SessionUser | null>>,
  /** Settled when it is known whether somebody is logged in. */
  restored: restore(),
  async login(username: string, password: string): Promise<void> {
    begin(await openSession({ username, password }))
  },
  async logout(): Promise<void> {
    await api.delete('/session')
    user.value = null
  },
}
