import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** The files in which baresip's module sndfile keeps what calls hear, one a call, named after the second in which it began. */
export class DumpFiles<C> {
  readonly #folder: string
  readonly #known = new Map<C, string>()

  constructor(folder: string) {
    this.#folder = folder
  }

  /** The file of a call: the latest that is no other call's. Undefined as long as there is none. */
  of(call: C): string | undefined {
    const known = this.#known.get(call)
    if (known !== undefined) return known
    const taken = [...this.#known.values()]
    const names = readdirSync(this.#folder).filter((name) => /^dump-.*-dec\.wav$/.test(name))
    const paths = names.sort().map((name) => join(this.#folder, name))
    const latest = paths.findLast((path) => !taken.includes(path))
    if (latest !== undefined) this.#known.set(call, latest)
    return latest
  }
}
