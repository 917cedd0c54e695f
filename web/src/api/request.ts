/** A refusal as the service explained it (RFC 9457). `code` never changes; 0 and `unreachable`: nobody answered. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string

  constructor({ status, code, detail }: { status: number; code: string; detail: string }) {
    super(detail)
    this.status = status
    this.code = code
  }
}

let csrfToken = ''
let sessionOver: () => void = () => {}

/** What every request shows from now on that changes something. */
export function useCsrfToken(token: string): void {
  csrfToken = token
}

/** Called when the service does not know us any more. */
export function onSessionOver(listener: () => void): void {
  sessionOver = listener
}

/** Whether nobody answered, so that there may be no line at all. */
export const isSilence = (error: unknown): boolean => error instanceof ApiError && error.status === 0

/** Milliseconds: on a line that is half open an answer never comes, and whoever waits for it would show an old state for ever. */
const patience = { reading: 10_000, changing: 30_000 }

/** For an answer that is counted from weeks of calls. */
export const slowly = { withinMs: 120_000 } as const

/** The hotline's API. */
export const api = client('/api/v1')
/** The ticket service's, through the hotline. */
export const ticketApi = client('/tickets-api/v1')

function client(base: string) {
  return {
    get: <T>(path: string, { withinMs = patience.reading } = {}) =>
      send<T>({ method: 'GET', url: base + path, withinMs }),
    post: <T>(path: string, body: object = {}) => send<T>({ method: 'POST', url: base + path, body }),
    put: <T>(path: string, body: object) => send<T>({ method: 'PUT', url: base + path, body }),
    delete: <T>(path: string) => send<T>({ method: 'DELETE', url: base + path }),
    /** Sent also when the page is gone before the answer comes, as the next one. */
    putAnyway: <T>(path: string, body: object) => send<T>({ method: 'PUT', url: base + path, body, keepalive: true }),
    deleteAnyway: (path: string) => send({ method: 'DELETE', url: base + path, keepalive: true }),
  }
}

interface Sent {
  readonly method: string
  readonly url: string
  readonly body?: object
  readonly withinMs?: number
  readonly keepalive?: boolean
}

async function send<T>({ method, url, body, withinMs = patience.changing, keepalive = false }: Sent): Promise<T> {
  const answer = await reach(url, {
    method,
    credentials: 'same-origin',
    keepalive,
    signal: AbortSignal.timeout(withinMs),
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(method !== 'GET' && { 'x-csrf-token': csrfToken }),
    },
    ...(body && { body: JSON.stringify(body) }),
  })
  if (answer.ok) return (answer.status === 204 ? undefined : JSON.parse(answer.text)) as T
  const error = refusalOf(answer)
  if (error.code === 'not-authenticated') sessionOver()
  throw error
}

interface Answer {
  readonly ok: boolean
  readonly status: number
  readonly text: string
}

async function reach(url: string, options: RequestInit): Promise<Answer> {
  try {
    const answer = await fetch(url, options)
    return { ok: answer.ok, status: answer.status, text: await answer.text() }
  } catch {
    throw new ApiError({ status: 0, code: 'unreachable', detail: 'the service does not answer' })
  }
}

function refusalOf({ status, text }: Answer): ApiError {
  try {
    const { code, detail } = JSON.parse(text) as { code: string; detail: string }
    return new ApiError({ status, code, detail })
  } catch {
    // A proxy between us, which answers in its own words.
    return new ApiError({ status, code: 'not-understood', detail: `HTTP ${status}` })
  }
}
