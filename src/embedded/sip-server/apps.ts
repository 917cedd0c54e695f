import type { App } from './app.ts'

/** The connected applications and which methods each asked for. */
export class Apps {
  readonly #routes = new Map<string, App[]>()
  readonly #turns = new Map<string, number>()

  /** Asking twice for the same method counts once. */
  add(method: string, app: App): void {
    const apps = this.#routes.get(method.toLowerCase()) ?? []
    if (!apps.includes(app)) this.#routes.set(method.toLowerCase(), [...apps, app])
  }

  remove(method: string, app: App): void {
    const apps = this.#routes.get(method.toLowerCase()) ?? []
    this.#routes.set(
      method.toLowerCase(),
      apps.filter((each) => each !== app),
    )
  }

  removeAll(app: App): void {
    for (const method of this.#routes.keys()) this.remove(method, app)
  }

  /** In turn, among the applications that asked for the method. */
  pick(method: string): App | undefined {
    const key = method.toLowerCase()
    const apps = this.#routes.get(key) ?? []
    const turn = this.#turns.get(key) ?? 0
    this.#turns.set(key, turn + 1)
    return apps[turn % apps.length]
  }
}
