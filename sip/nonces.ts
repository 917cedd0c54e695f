import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { type Clock, NewestMap } from '../src/kernel/index.ts'

export type NonceVerdict = 'fresh' | 'stale' | 'unknown'

/** Milliseconds a nonce may be used, and how many uses are remembered before the oldest are forgotten. */
const lifetime = 5 * 60 * 1000
const rememberedAtMost = 50_000

/**
 * Nonces that expire and count (RFC 7616 section 3.3): each carries its time under our seal, so none has to be
 * remembered before its first use; of the used ones the highest count is kept, so that no request can be replayed.
 */
export class Nonces {
  readonly #clock: Clock
  readonly #key = randomBytes(32)
  readonly #counts = new NewestMap<string, number>({ most: rememberedAtMost })

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock
  }

  create(): string {
    const body = `${this.#clock.now().toString(36)}.${randomBytes(9).toString('base64url')}`
    return `${body}.${this.#seal(body)}`
  }

  /** Uses a nonce; `count` is nc and must grow with every use. */
  use(nonce: string, count: number): NonceVerdict {
    const cut = nonce.lastIndexOf('.')
    const body = nonce.slice(0, cut)
    if (cut < 0 || !equal(nonce.slice(cut + 1), this.#seal(body))) return 'unknown'
    const madeAt = Number.parseInt(body.slice(0, body.indexOf('.')), 36)
    if (this.#clock.now() - madeAt > lifetime) return 'stale'
    if (count <= (this.#counts.get(nonce) ?? 0)) return 'stale'
    this.#counts.set(nonce, count)
    return 'fresh'
  }

  #seal(body: string): string {
    return createHmac('sha256', this.#key).update(body).digest('base64url').slice(0, 22)
  }
}

function equal(a: string, b: string): boolean {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}
