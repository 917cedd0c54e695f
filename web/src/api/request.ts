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

/** The hotline's API. */
export const api = client('/api/v1')
/** The ticket service's, through the hotline. */
export const ticketApi = client('/tickets-api/v1')

function client(base: string) {
  return {
    get: <T>(path: string) => send<T>('GET', base + path),
    post: <T>(path: string, body: object = {}) => send<T>('POST', base + path, body),
    put: <T>(path: string, body: object) => send<T>('PUT', base + path, body),
    delete: <T>(path: string) => send<T>('DELETE', base + path),
    /** Sent also when the page is gone before the answer comes. */
    lastWord: (path: string) => send('DELETE', base + path, undefined, true),
  }
}

async function send<T>(method: string, url: string, body?: object, keepalive = false): Promise<T> {
  const answer = await reach(url, {
    method,
    credentials: 'same-origin',
    keepalive,
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(method !== 'GET' && { 'x-csrf-token': csrfToken }),
    },
    ...(body && { body: JSON.stringify(body) }),
  })
  if (answer.ok) return (answer.status === 204 ? undefined : await answer.json()) as T
  const error = await refusalOf(answer)
  if (error.code === 'not-authenticated') sessionOver()
  throw error
}

async function reach(url: string, options: RequestInit): Promise<Response> {
  try {
    return await fetch(url, options)
  } catch {
    throw new ApiError({ status: 0, code: 'unreachable', detail: 'the service does not answer' })
  }
}

async function refusalOf(answer: Response): Promise<ApiError> {
  const { status } = answer
  try {
    const { code, detail } = (await answer.json()) as { code: string; detail: string }
    return new ApiError({ status, code, detail })
  } catch {
    // A proxy between us, which answers in its own words.
    return new ApiError({ status, code: 'not-understood', detail: `HTTP ${status}` })
  }
}
