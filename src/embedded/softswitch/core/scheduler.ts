import type { EventBus } from './event-bus.ts'
import type { Header } from './switch-event.ts'

interface Task {
  readonly id: number
  readonly group: string
  readonly description: string
  readonly runtime: number
  readonly timer: NodeJS.Timeout
}

/** What shall happen later. Tasks of one group, a channel's UUID, are called off together. */
export class Scheduler {
  readonly #bus: EventBus
  readonly #tasks = new Map<number, Task>()
  #lastId = 0

  constructor({ bus }: { bus: EventBus }) {
    this.#bus = bus
  }

  /** Runs `task` once after `seconds`. The id can be called off like a group. */
  add(
    { seconds, group, description }: { seconds: number; group: string; description: string },
    task: () => void,
  ): number {
    this.#lastId += 1
    const id = this.#lastId
    const timer = setTimeout(() => {
      task()
      this.#delete(id)
    }, seconds * 1000)
    const runtime = Math.floor(Date.now() / 1000 + seconds)
    this.#tasks.set(id, { id, group, description, runtime, timer })
    this.#tell('ADD_SCHEDULE', id)
    return id
  }

  /** Calls off a task by number or a whole group; the count of tasks that were. */
  cancel(idOrGroup: string): number {
    const found = [...this.#tasks.values()].filter((task) => task.group === idOrGroup || String(task.id) === idOrGroup)
    for (const task of found) this.#delete(task.id)
    return found.length
  }

  close(): void {
    for (const task of this.#tasks.values()) clearTimeout(task.timer)
    this.#tasks.clear()
  }

  #delete(id: number): void {
    const task = this.#tasks.get(id)
    if (task === undefined) return
    clearTimeout(task.timer)
    this.#tell('DEL_SCHEDULE', id)
    this.#tasks.delete(id)
  }

  #tell(name: string, id: number): void {
    const task = this.#tasks.get(id)
    if (task === undefined) return
    const headers: Header[] = [
      ['Task-ID', String(task.id)],
      ['Task-Desc', task.description],
      ['Task-Group', task.group],
      ['Task-Runtime', String(task.runtime)],
    ]
    this.#bus.publish({ name, headers })
  }
}

/** Seconds from now that `+5` or a time in seconds since 1970 means; never negative. */
export function secondsUntil(time: string): number {
  const number = Number.parseInt(time.replace('+', ''), 10)
  if (Number.isNaN(number)) return 0
  return Math.max(0, time.startsWith('+') ? number : number - Date.now() / 1000)
}
