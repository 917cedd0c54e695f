import { ConfigurationError } from './errors.ts'

/** A host and a port. */
export interface Address {
  readonly host: string
  readonly port: number
}

/**
 * Reads settings from environment variables and collects everything that is wrong, so that one start tells all:
 * call {@link check} last.
 */
export class Environment {
  readonly #variables: Readonly<Record<string, string | undefined>>
  readonly #faults: string[] = []

  constructor(variables: Readonly<Record<string, string | undefined>>) {
    this.#variables = variables
  }

  /** `fallback` undefined makes the variable required; `meaning` stands in the message then. */
  text(name: string, { fallback, meaning }: { fallback?: string; meaning: string }): string {
    const value = this.#variables[name]?.trim()
    if (value) return value
    if (fallback === undefined) this.#faults.push(`${name} is not set: ${meaning}`)
    return fallback ?? ''
  }

  integer(name: string, { fallback, min, max }: { fallback: number; min: number; max: number }): number {
    const text = this.#variables[name]?.trim()
    if (!text) return fallback
    const value = Number(text)
    if (Number.isInteger(value) && value >= min && value <= max) return value
    this.#faults.push(`${name}=${text}: a whole number from ${min} to ${max} is expected`)
    return fallback
  }

  choice<T extends string>(name: string, { fallback, choices }: { fallback: T; choices: readonly T[] }): T {
    const text = this.#variables[name]?.trim()
    if (!text) return fallback
    if ((choices as readonly string[]).includes(text)) return text as T
    this.#faults.push(`${name}=${text}: one of ${choices.join(', ')} is expected`)
    return fallback
  }

  /** `host:port`. */
  address(name: string, { fallback }: { fallback: string }): Address {
    return this.#address(name, this.#variables[name]?.trim() || fallback)
  }

  /** Several `host:port`, separated by commas. */
  addresses(name: string, { fallback }: { fallback: string }): Address[] {
    const text = this.#variables[name]?.trim() || fallback
    return text.split(',').map((part) => this.#address(name, part.trim()))
  }

  /** Words separated by commas. */
  list(name: string, { fallback }: { fallback: readonly string[] }): readonly string[] {
    const text = this.#variables[name]?.trim()
    return text ? text.split(',').map((word) => word.trim()) : fallback
  }

  /** `name:token` of programs, separated by commas; a short token could be guessed and is refused. */
  tokens(name: string): ReadonlyMap<string, string> {
    const pairs = this.list(name, { fallback: [] }).map((pair) => /^([\w-]+):(\S{16,})$/.exec(pair))
    if (pairs.includes(null))
      this.#faults.push(`${name}: name:token is expected, with 16 characters or more in a token`)
    return new Map(pairs.flatMap((match) => (match ? [[match[1] ?? '', match[2] ?? ''] as const] : [])))
  }

  /** Throws {@link ConfigurationError} with everything that was wrong. */
  check(): void {
    if (this.#faults.length > 0) throw new ConfigurationError(this.#faults.join('\n'))
  }

  #address(name: string, text: string): Address {
    const match = /^\[?([^[\]]+?)\]?:(\d{1,5})$/.exec(text)
    const [, host = '', port = '0'] = match ?? []
    if (!match || Number(port) > 65535) this.#faults.push(`${name}=${text}: host:port is expected, e.g. 127.0.0.1:8021`)
    return { host, port: Number(port) }
  }
}
