import type { SrfRequest, SrfResponse } from 'drachtio-srf'
import Srf from 'drachtio-srf'
import { type Clock, isBrowserPhone, type Logger, messageOf, NewestMap } from '../src/kernel/index.ts'
import type { AccountStore } from './account-store.ts'
import { isAnonymous, isFromBrowser, transportOf } from './browser-request.ts'
import type { ChallengeChoice } from './challenge-choice.ts'
import type { Digest } from './digest.ts'
import type { Binding, Location } from './location.ts'
import type { LocationStore } from './location-store.ts'
import { userOf } from './user-of.ts'

/** Seconds (RFC 3261 section 10.3: a registrar may shorten, and refuses what is too brief with 423). */
const expiry = { default: 600, longest: 3600, shortest: 10 } as const
/** Wrong passwords from one address within a minute before it is refused unheard. */
const failuresPerMinute = 30
/** Addresses of UDP packets cost a liar nothing, so not all of them are remembered. */
const failingAddressesAtMost = 10_000

export interface RegistrarOptions {
  readonly digest: Digest
  readonly choice: ChallengeChoice
  readonly accounts: AccountStore
  readonly location: Location
  readonly store: LocationStore
  /** Whether the page for citizens may call. */
  readonly citizenPhone: boolean
  readonly clock: Clock
  readonly logger: Logger
}

interface ContactChange {
  readonly contact: string
  readonly expires: number
}

/** The registrar of the phones (RFC 3261 section 10). */
export class Registrar {
  readonly #options: RegistrarOptions
  readonly #failures = new NewestMap<string, { count: number; since: number }>({ most: failingAddressesAtMost })

  constructor(options: RegistrarOptions) {
    this.#options = options
  }

  handle(request: SrfRequest, response: SrfResponse): void {
    this.#register(request, response).catch((error: unknown) => {
      this.#options.logger.error({ reason: messageOf(error) }, 'REGISTER failed')
      response.send(500)
    })
  }

  /** Who sends a request, by digest; undefined when it was answered with a challenge or a refusal. */
  async authenticate(request: SrfRequest, response: SrfResponse): Promise<string | undefined> {
    const { digest, accounts, logger } = this.#options
    const { method, source_address: source } = request
    if (this.#tooManyFailures(source)) {
      response.send(403, 'Too Many Failures', {})
      return undefined
    }
    const header: string | undefined = request.get('authorization')
    if (header !== undefined) this.#options.choice.answered(request)
    const verdict = await digest.verify(header, { method, find: (username) => accounts.find(username) })
    switch (verdict.kind) {
      case 'malformed':
        response.send(400, verdict.reason, {})
        return undefined
      case 'refused':
        this.#countFailure(source)
        logger.warn({ source, reason: verdict.reason }, `${method} refused`)
        this.#challenge(request, response, false)
        return undefined
      case 'challenge':
        this.#challenge(request, response, verdict.stale)
        return undefined
      case 'accepted':
        return verdict.username
    }
  }

  async #register(request: SrfRequest, response: SrfResponse): Promise<void> {
    if (this.#options.citizenPhone && isFromBrowser(request) && isAnonymous(request)) return wayBack(request, response)
    const username = await this.authenticate(request, response)
    if (username === undefined) return
    // A browser has WebRTC's media and no others, a desk phone the reverse, and the account says which to offer.
    if (isBrowserPhone(username) === isFromBrowser(request)) this.#bind(username, request, response)
    else response.send(403, 'Wrong Kind Of Phone', {})
  }

  #challenge(request: SrfRequest, response: SrfResponse, stale: boolean): void {
    const algorithms = this.#options.choice.algorithmsFor(request)
    // Challenges may not be joined into one header field (RFC 3261 section 7.3.1), and drachtio-srf has no word for two.
    const challenge = this.#options.digest.challenges({ stale, algorithms }).join('\r\nWWW-Authenticate: ')
    response.send(401, { headers: { 'WWW-Authenticate': challenge } })
  }

  #bind(username: string, request: SrfRequest, response: SrfResponse): void {
    const { location, store } = this.#options
    if (userOf(request.get('to')) !== username) return response.send(403, 'Address Of Another', {})
    const changes = readContacts(request)
    if (changes === 'malformed') return response.send(400, 'Bad Contact', {})
    if (changes === 'all') location.clear(username)
    else {
      if (changes.some(({ expires }) => expires > 0 && expires < expiry.shortest)) {
        return response.send(423, { headers: { 'Min-Expires': String(expiry.shortest) } })
      }
      const outdated = changes.find(({ contact }) => this.#isOutdated(username, contact, request))
      if (outdated) return response.send(500, 'Out Of Order', {})
      for (const change of changes) this.#apply(username, change, request)
    }
    const bindings = location.of(username)
    store.replace(username, bindings)
    response.send(200, { headers: this.#okHeaders(bindings) })
  }

  /** The same registration dialog must count upwards; a lower CSeq is a late repetition (section 10.3 step 7). */
  #isOutdated(username: string, contact: string, request: SrfRequest): boolean {
    const known = this.#options.location.of(username).find((binding) => binding.contact === contact)
    return known !== undefined && known.callId === request.get('call-id') && cseqOf(request) <= known.cseq
  }

  #apply(username: string, { contact, expires }: ContactChange, request: SrfRequest): void {
    const { location, clock, logger } = this.#options
    if (expires === 0) {
      location.remove(username, contact)
      logger.info({ username, contact }, 'phone unregistered')
      return
    }
    const isNew = location.of(username).every((binding) => binding.contact !== contact)
    const route = routeTo(contact, request)
    location.put({
      username,
      contact,
      route,
      callId: request.get('call-id'),
      cseq: cseqOf(request),
      userAgent: String(request.get('user-agent') ?? '').slice(0, 100),
      expiresAt: clock.now() + Math.min(expires, expiry.longest) * 1000,
    })
    if (isNew) logger.info({ username, contact, route }, 'phone registered')
  }

  #okHeaders(bindings: readonly Binding[]): Record<string, string> {
    const now = this.#options.clock.now()
    const contacts = bindings.map(
      ({ contact, expiresAt }) => `<${contact}>;expires=${Math.max(1, Math.round((expiresAt - now) / 1000))}`,
    )
    const date = new Date(now).toUTCString()
    return contacts.length > 0 ? { Contact: contacts.join(', '), Date: date } : { Date: date }
  }

  #tooManyFailures(source: string): boolean {
    const failures = this.#failures.get(source)
    if (!failures) return false
    if (this.#options.clock.now() - failures.since > 60_000) this.#failures.delete(source)
    else return failures.count >= failuresPerMinute
    return false
  }

  #countFailure(source: string): void {
    const failures = this.#failures.get(source) ?? { count: 0, since: this.#options.clock.now() }
    this.#failures.set(source, { ...failures, count: failures.count + 1 })
  }
}

/**
 * A citizen's browser has no address of its own, so the SIP server must know its connection to send a BYE there (RFC 5626).
 * It learns that from a REGISTER that is accepted; nothing is bound, nobody can be called by it.
 */
function wayBack(request: SrfRequest, response: SrfResponse): void {
  const changes = readContacts(request)
  if (changes === 'malformed' || changes === 'all') return response.send(400, 'Bad Contact', {})
  const contacts = changes.map(({ contact, expires }) => `<${contact}>;expires=${Math.min(expires, expiry.longest)}`)
  response.send(200, { headers: { Contact: contacts.join(', ') } })
}

/** The Contact URIs and how long each shall live; `all` for "*" with Expires 0. */
function readContacts(request: SrfRequest): ContactChange[] | 'all' | 'malformed' {
  const text: string | undefined = request.get('contact')
  if (text === undefined) return []
  const header = request.get('expires') as string | undefined
  const common = header === undefined ? expiry.default : Number(header)
  if (!Number.isInteger(common) || common < 0) return 'malformed'
  if (text.trim() === '*') return common === 0 ? 'all' : 'malformed'
  try {
    const contacts = request.getParsedHeader('contact')
    const changes = contacts.map(({ uri, params }) => ({
      contact: uri,
      expires: Number(params?.['expires'] ?? common),
    }))
    const sound = changes.every(
      ({ contact, expires }) => isSipUri(contact) && Number.isInteger(expires) && expires >= 0,
    )
    return sound ? changes : 'malformed'
  } catch {
    return 'malformed'
  }
}

/** With a host: without one there is no place to send a call to. */
const isSipUri = (uri: string) =>
  uri.length <= 512 && /^sips?:(?:[^\s<>"@]+@)?(?:[\w.-]+|\[[\da-f:.]+\])(?:[:;?][^\s<>"]*)?$/i.test(uri)

/**
 * The Contact is where the phone wants its calls (RFC 3261 section 10.2.1), and is believed when the REGISTER came from
 * that host: the port may well be another one. A different host means NAT between us: nobody can reach the address the
 * phone gives, so requests go where its REGISTER came from. The same holds for a connection, which is used again
 * (RFC 5923). The rest of the contact stays as it is: some phones tell their accounts apart by its parameters.
 */
function routeTo(contact: string, request: SrfRequest): string {
  const { user, host, port, params } = Srf.parseUri(contact)
  const { source_address: address, source_port: sourcePort } = request
  const transport = transportOf(request)
  const samePort = (port ?? '5060') === String(sourcePort)
  if (host === address && (transport === 'udp' || (samePort && params['transport'] === transport))) return contact
  const kept = Object.entries(params)
    .filter(([name]) => name !== 'transport')
    .map(([name, value]) => (value ? `;${name}=${value}` : `;${name}`))
  const via = transport === 'udp' ? '' : `;transport=${transport}`
  return `sip:${user ? `${user}@` : ''}${address}:${sourcePort}${kept.join('')}${via}`
}

function cseqOf(request: SrfRequest): number {
  return Number.parseInt(request.get('cseq'), 10) || 0
}
