import { headerOf, type SwitchEvent } from '../core/switch-event.ts'
import { eventNames } from './event-names.ts'

interface Filter {
  readonly name: string
  readonly value: string
}

/** Which events a connection wants: by name, by subclass, and through its filters (mod_event_socket's rules). */
export class EventSelection {
  format: 'plain' | 'json' = 'plain'
  enabled = false
  readonly #names = new Set<string>()
  readonly #subclasses = new Set<string>()
  #filters: Filter[] = []

  /** `event [plain|json] <names> [CUSTOM <subclasses>]`. False when not one name is known. */
  add(words: readonly string[]): boolean {
    const [first = '', ...rest] = words
    const format = first.toLowerCase()
    const named = format === 'json' || format === 'plain' || format === 'xml' ? rest : words
    if (format === 'json' || format === 'plain') this.format = format
    const { names, subclasses } = sortOut(named)
    for (const subclass of subclasses) this.#subclasses.add(subclass)
    if (names.length === 0) return false
    for (const name of names) this.#names.add(name)
    this.enabled = true
    return true
  }

  /** `nixevent <names>`. False when not one name is known. */
  remove(words: readonly string[]): boolean {
    const { names, subclasses } = sortOut(words)
    for (const subclass of subclasses) this.#subclasses.delete(subclass)
    for (const name of names) this.#forget(name)
    return names.length > 0
  }

  #forget(name: string): void {
    if (name === 'ALL') {
      this.#names.clear()
      return
    }
    if (name === 'CUSTOM') return
    if (this.#names.delete('ALL')) for (const other of eventNames) this.#names.add(other)
    this.#names.delete(name)
  }

  /** `noevents`. False when none were wanted. */
  clear(): boolean {
    const wanted = this.enabled
    this.enabled = false
    this.#names.clear()
    this.#subclasses.clear()
    return wanted
  }

  addFilter(name: string, value: string): void {
    this.#filters.push({ name, value })
  }

  /** Removes filters on a header, with this value if one is given; `all` removes every filter. */
  removeFilter(name: string, value: string | undefined): void {
    const stays = (filter: Filter): boolean =>
      filter.name.toLowerCase() !== name.toLowerCase() || (value !== undefined && filter.value !== value)
    this.#filters = name.toLowerCase() === 'all' ? [] : this.#filters.filter(stays)
  }

  wants(event: SwitchEvent): boolean {
    return this.enabled && this.#named(event) && this.#passes(event)
  }

  #named(event: SwitchEvent): boolean {
    if (this.#names.has('ALL')) return true
    if (!this.#names.has(event.name)) return false
    const subclass = event.name === 'CUSTOM' ? headerOf(event, 'Event-Subclass') : undefined
    return subclass === undefined || this.#subclasses.has(subclass)
  }

  /** Any filter that matches lets the event through; one that begins with `-` and matches stops it for good. */
  #passes(event: SwitchEvent): boolean {
    let passes = this.#filters.length === 0
    for (const { name, value } of this.#filters) {
      const actual = headerOf(event, name)
      if (actual === undefined) continue
      const negative = value.startsWith('-')
      if (!matches(actual, value.replace(/^[+-]+\s*/, ''))) continue
      if (negative) return false
      passes = true
    }
    return passes
  }
}

/** A value between slashes is a regular expression; one that cannot be read matches nothing. */
function matches(actual: string, wanted: string): boolean {
  if (!wanted.startsWith('/')) return actual.toLowerCase() === wanted.toLowerCase()
  try {
    return new RegExp(wanted.replace(/^\/|\/$/g, '')).test(actual)
  } catch {
    return false
  }
}

/** Names up to CUSTOM, subclasses after it. */
function sortOut(words: readonly string[]): { names: string[]; subclasses: string[] } {
  const upper = words.map((word) => word.toUpperCase())
  const custom = upper.indexOf('CUSTOM')
  const named = custom < 0 ? upper : upper.slice(0, custom + 1)
  const subclasses = custom < 0 ? [] : words.slice(custom + 1)
  return { names: named.filter((name) => eventNames.has(name)), subclasses }
}
