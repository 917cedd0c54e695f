import { Timeline } from './timeline.ts'

export interface NewAgent {
  readonly agentId: string
  readonly name: string
  readonly skills?: readonly string[]
  readonly languages?: readonly string[]
  readonly wrapUpSeconds?: number
  /** Of the phone, which has the agent's number. */
  readonly phonePassword: string
}

/** An HTTP refusal as the service explained it. */
class RequestRefused extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, { code = '', detail = '' }: { code?: string; detail?: string }) {
    super(`${status} ${code}: ${detail}`)
    this.status = status
    this.code = code
  }
}

/** The hotline's HTTP API, as the demo and the tests use it. */
export class HotlineClient {
  readonly #url: string
  readonly token: string

  private constructor(url: string, token: string) {
    this.#url = url
    this.token = token
  }

  /** With the token of another login, as the ticket service takes the hotline's. */
  static with(url: string, token: string): HotlineClient {
    return new HotlineClient(url, token)
  }

  static async login(
    url: string,
    { username, password }: { username: string; password: string },
  ): Promise<HotlineClient> {
    const { token } = (await send(`${url}/api/v1/sessions`, 'POST', { username, password })) as { token: string }
    return new HotlineClient(url, token)
  }

  get<T>(path: string): Promise<T> {
    return send(`${this.#url}/api/v1${path}`, 'GET', undefined, this.token) as Promise<T>
  }

  post<T>(path: string, body: object = {}): Promise<T> {
    return send(`${this.#url}/api/v1${path}`, 'POST', body, this.token) as Promise<T>
  }

  put<T>(path: string, body: object): Promise<T> {
    return send(`${this.#url}/api/v1${path}`, 'PUT', body, this.token) as Promise<T>
  }

  /** A sound of the API, whole. */
  async sound(path: string): Promise<Buffer> {
    const answer = await fetch(`${this.#url}/api/v1${path}`, { headers: { authorization: `Bearer ${this.token}` } })
    if (!answer.ok) throw new RequestRefused(answer.status, (await answer.json()) as { code?: string; detail?: string })
    return Buffer.from(await answer.arrayBuffer())
  }

  delete<T>(path: string): Promise<T> {
    return send(`${this.#url}/api/v1${path}`, 'DELETE', undefined, this.token) as Promise<T>
  }

  /** Creates an agent and the phone of the same number. */
  async createAgent({
    agentId,
    name,
    skills = [],
    languages = ['cmn', 'yue', 'en'],
    wrapUpSeconds,
    phonePassword,
  }: NewAgent) {
    await this.put(`/agents/${agentId}`, { name, skills, languages, wrapUpSeconds: wrapUpSeconds ?? null })
    await this.put(`/phones/${agentId}`, { password: phonePassword })
  }

  /** Logs an agent in at the phone of the same number and makes it ready. */
  async makeReady(agentId: string): Promise<void> {
    await this.post(`/agents/${agentId}/login`, { extension: agentId })
    await this.post(`/agents/${agentId}/ready`)
  }

  async agentState(agentId: string): Promise<string> {
    return (await this.get<{ state: string }>(`/agents/${agentId}`)).state
  }

  /** The feed of facts from a sequence on. */
  timeline({ after = 0 }: { after?: number } = {}): Promise<Timeline> {
    return Timeline.connect({ url: `${this.#url.replace('http', 'ws')}/live`, token: this.token, after })
  }
}

async function send(url: string, method: string, body: object | undefined, token?: string): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const answer: unknown = response.status === 204 ? undefined : await response.json()
  if (!response.ok) throw new RequestRefused(response.status, answer as { code?: string; detail?: string })
  return answer
}
