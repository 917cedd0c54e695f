import type Srf from 'drachtio-srf'
import type { SrfRequest, SrfResponse } from 'drachtio-srf'
import { type Address, type Clock, type Logger, messageOf } from '../src/kernel/index.ts'
import { isAnonymous, isFromBrowser } from './browser-request.ts'
import type { Location } from './location.ts'
import { RateLimit } from './rate-limit.ts'

/** Milliseconds without any answer after which a phone or a switch counts as unreachable. */
const noAnswerAfter = 2000

export interface CallRouterOptions {
  readonly srf: Srf
  readonly switches: readonly Address[]
  readonly hotlineNumbers: ReadonlySet<string>
  readonly location: Location
  readonly branches: { find(number: string): string | undefined; isOurs(number: string): boolean }
  readonly trunks: { find(number: string): string | undefined }
  readonly callsPerSecond: number
  readonly citizenPhone: boolean
  readonly callsPerSourcePerSecond: number
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * Sends INVITEs on their way: from a switch to a phone, from anybody else to a switch. The edge is a record-routing
 * proxy, so that what follows in a dialog needs neither this process nor its memory (docs/decisions/0002).
 */
export class CallRouter {
  readonly #options: CallRouterOptions
  readonly #bySource: RateLimit
  readonly #all: RateLimit
  #turn = 0

  constructor(options: CallRouterOptions) {
    this.#options = options
    const { clock, callsPerSecond, callsPerSourcePerSecond } = options
    this.#bySource = new RateLimit({ perSecond: callsPerSourcePerSecond, clock })
    this.#all = new RateLimit({ perSecond: callsPerSecond, clock })
  }

  handle(request: SrfRequest, response: SrfResponse): void {
    try {
      if (this.#isSwitch(request)) this.#toPhone(request, response)
      else if (isFromBrowser(request) && !this.#isCitizen(request)) response.send(403)
      else this.#toSwitch(request, response)
    } catch (error) {
      this.#options.logger.warn({ reason: messageOf(error) }, 'INVITE not understood')
      response.send(400)
    }
  }

  #toPhone(request: SrfRequest, response: SrfResponse): void {
    const extension = userPart(request.uri)
    const { location, branches, trunks } = this.#options
    const bindings = location.of(extension)
    const branch = branches.find(extension)
    if (branch !== undefined) return this.#proxy(request, response, [branch], 'sequential')
    const trunk = bindings.length === 0 ? trunks.find(extension) : undefined
    if (trunk !== undefined) return this.#proxy(request, response, [trunk], 'sequential')
    // Known or not, a phone that is not registered is "temporarily unavailable" to the centre (RFC 3261 section 21.4.18).
    if (bindings.length === 0) return response.send(480)
    this.#proxy(
      request,
      response,
      bindings.map(({ route }) => route),
      'simultaneous',
    )
  }

  #toSwitch(request: SrfRequest, response: SrfResponse): void {
    const number = userPart(request.uri)
    const { hotlineNumbers, branches } = this.#options
    if (!hotlineNumbers.has(number) && !branches.isOurs(number)) return response.send(404)
    const retry = { headers: { 'Retry-After': '2' } }
    if (!this.#bySource.allow(request.source_address) || !this.#all.allow('all')) return response.send(503, retry)
    const targets = this.#nextSwitches().map(({ host, port }) => `sip:${number}@${host}:${port}`)
    this.#proxy(request, response, targets, 'sequential')
  }

  #proxy(request: SrfRequest, response: SrfResponse, targets: string[], forking: 'sequential' | 'simultaneous'): void {
    const { srf, logger } = this.#options
    const options = { recordRoute: true, followRedirects: false, forking, provisionalTimeout: `${noAnswerAfter}ms` }
    srf.proxyRequest(request, targets, options, (error: unknown) => {
      if (!error) return
      logger.warn({ target: targets[0], reason: String(error) }, 'INVITE could not be proxied')
      if (!response.finalResponseSent) response.send(503)
    })
  }

  /** All switches, beginning with another one each time; the rest are tried when the first does not answer. */
  #nextSwitches(): Address[] {
    const { switches } = this.#options
    this.#turn = (this.#turn + 1) % switches.length
    return [...switches.slice(this.#turn), ...switches.slice(0, this.#turn)]
  }

  /** Agents' browsers are called and never call: whom they want to talk to is asked of the hotline. */
  #isCitizen(request: SrfRequest): boolean {
    return this.#options.citizenPhone && isAnonymous(request)
  }

  #isSwitch({ source_address: address, source_port: port }: SrfRequest): boolean {
    return this.#options.switches.some((known) => known.host === address && known.port === Number(port))
  }
}

/** The user part of a request URI, unescaped as a number is: `sip:12345@host`. Empty when there is none. */
function userPart(uri: string): string {
  return /^sips?:([^@;:]+)(?::[^@]*)?@/i.exec(uri)?.[1] ?? ''
}
