/** What is used of the tab's `sessionStorage`. */
export interface TabStorage {
  readonly length: number
  key(index: number): string | null
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

/** What the browser tab keeps of each ticket for an agent, over a reload. */
export class Kept<Value> {
  readonly #storage: TabStorage
  readonly #prefix: string

  constructor({ what, agentId, storage }: { what: string; agentId: string; storage: TabStorage }) {
    this.#storage = storage
    this.#prefix = `yihao.${what}.${agentId}.`
  }

  get(ticketId: string): Value | undefined {
    const stored = this.#storage.getItem(this.#prefix + ticketId)
    return stored === null ? undefined : (JSON.parse(stored) as Value)
  }

  put(ticketId: string, value: Value): void {
    this.#storage.setItem(this.#prefix + ticketId, JSON.stringify(value))
  }

  forget(ticketId: string): void {
    this.#storage.removeItem(this.#prefix + ticketId)
  }

  /** Ids of the tickets of which something is kept. */
  ticketIds(): string[] {
    const keys = Array.from({ length: this.#storage.length }, (_, index) => this.#storage.key(index) ?? '')
    return keys.filter((key) => key.startsWith(this.#prefix)).map((key) => key.slice(this.#prefix.length))
  }
}
