import type { SrfRequest } from 'drachtio-srf'
import { type Clock, NewestMap } from '../src/kernel/index.ts'
import { isFromBrowser } from './browser-request.ts'
import type { DigestAlgorithm } from './digest.ts'

/**
 * Phones that give up when any challenge names an algorithm they do not know, instead of passing over it as
 * RFC 8760 section 2.4 asks: libre before 2.0, which is in baresip 0.x and 1.x.
 */
const md5Only = /^baresip v?[01]\./i
/** Milliseconds within which a phone that was offered everything and came back with nothing counts as confused. */
const confusedWithin = 10 * 60 * 1000
const rememberedAtMost = 10_000

/** Chooses which challenges a phone is sent: all, or MD5 alone when more would keep it from registering at all. */
export class ChallengeChoice {
  readonly #all: readonly DigestAlgorithm[]
  readonly #clock: Clock
  /** When each phone was sent all challenges and has not answered yet. */
  readonly #unanswered = new NewestMap<string, number>({ most: rememberedAtMost })

  constructor({ algorithms, clock }: { algorithms: readonly DigestAlgorithm[]; clock: Clock }) {
    this.#all = algorithms
    this.#clock = clock
  }

  /** For a request that carries no credentials, or such as must be asked for again. */
  algorithmsFor(request: SrfRequest): readonly DigestAlgorithm[] {
    if (!this.#all.includes('MD5') || this.#all.length === 1) return this.#all
    // JsSIP knows MD5 and takes the last challenge for the only one. A browser's password is 128 random bits of one shift.
    if (isFromBrowser(request)) return ['MD5']
    const phone = phoneOf(request)
    const askedAt = this.#unanswered.get(phone)
    const confused = askedAt !== undefined && this.#clock.now() - askedAt < confusedWithin
    // Once only: a phone that knows SHA-256 alone is silent to this, and must be offered everything again.
    if (confused) this.#unanswered.delete(phone)
    if (confused || md5Only.test(request.get('user-agent') ?? '')) return ['MD5']
    // Who sent credentials, right or wrong, has understood.
    if (request.get('authorization') === undefined) this.#unanswered.set(phone, this.#clock.now())
    return this.#all
  }

  /** The phone sent credentials, so it understood. */
  answered(request: SrfRequest): void {
    this.#unanswered.delete(phoneOf(request))
  }
}

function phoneOf(request: SrfRequest): string {
  return `${request.source_address}:${request.source_port} ${request.get('from')?.replace(/;tag=.*$/, '')}`
}
