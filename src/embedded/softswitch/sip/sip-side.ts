import { BlockList } from 'node:net'
import type { SrfRequest, SrfResponse } from 'drachtio-srf'
import Srf from 'drachtio-srf'
import { type Logger, messageOf } from '../../../kernel/index.ts'
import { runChannel } from '../core/run-channel.ts'
import type { DialOutcome, DialRequest, SwitchCore } from '../core/switch-core.ts'
import { CallerLeg } from './caller-leg.ts'
import { dial } from './dial.ts'
import { incomingChannel } from './incoming-call.ts'
import type { SipLegServices } from './sip-leg.ts'

export interface SipSideOptions {
  core: SwitchCore
  services: SipLegServices
  profileName: string
  context: string
  userAgent: string
  /** Addresses calls are taken from, in CIDR; empty takes them from everywhere. */
  allowFrom: string
  logger: Logger
}

/** SIP towards the edge: takes INVITEs and makes channels of them, and sends the INVITEs of `dial`. */
export class SipSide {
  readonly #srf = new Srf()
  readonly #options: SipSideOptions
  readonly #allowed: BlockList | undefined

  constructor(options: SipSideOptions) {
    this.#options = options
    this.#allowed = allowList(options.allowFrom)
    this.#srf.on('error', (failure: Error) =>
      options.logger.warn({ reason: failure.message }, 'Connection to the SIP server'),
    )
    this.#srf.invite((request, response) => this.#onInvite(request, response))
    // Whoever asks whether we are alive is told so (RFC 3261 section 11).
    this.#srf.use('options', (_request, response) => response.send(200))
  }

  /** Connects to the SIP server. Rejects when it cannot be reached within 10 s. */
  async connect({ host, port, secret }: { host: string; port: number; secret: string }): Promise<void> {
    const connected = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`No SIP server at ${host}:${port} within 10 s`)), 10_000)
      this.#srf.on('connect', (failure) => {
        clearTimeout(timer)
        if (failure) reject(failure)
        else resolve()
      })
    })
    await Promise.all([this.#srf.connect({ host, port, secret }), connected])
  }

  async dial(request: DialRequest): Promise<DialOutcome> {
    const { core, services, profileName, userAgent } = this.#options
    return await dial({ core, srf: this.#srf, services, profileName, userAgent }, request)
  }

  close(): void {
    this.#srf.disconnect()
  }

  #onInvite(request: SrfRequest, response: SrfResponse): void {
    try {
      const refusal = this.#refusal(request)
      if (refusal === undefined) this.#take(request, response)
      else response.send(refusal)
    } catch (failure) {
      this.#options.logger.warn({ reason: messageOf(failure) }, 'INVITE that cannot be read')
      response.send(400)
    }
  }

  /** The status a call is refused with before it becomes a channel. */
  #refusal({ source_address: from }: SrfRequest): number | undefined {
    const { admission, channels } = this.#options.core
    if (this.#allowed !== undefined && !this.#allowed.check(from, from.includes(':') ? 'ipv6' : 'ipv4')) return 403
    return admission.pausedInbound || channels.figures.now >= admission.maxSessions ? 503 : undefined
  }

  #take(request: SrfRequest, response: SrfResponse): void {
    const { core, services, profileName, context } = this.#options
    const sessionNumber = core.channels.figures.sinceStartup + 1
    const channel = incomingChannel({ request, bus: core.bus, profileName, context, sessionNumber })
    core.channels.add(channel)
    const leg = new CallerLeg({ srf: this.#srf, request, response, channel, services })
    channel.endpoint = leg
    channel.publish('CHANNEL_STATE')
    const refusal = leg.takeOffer()
    if (refusal === undefined) {
      channel.enter('CS_INIT')
      channel.publish('CHANNEL_CREATE')
    } else channel.hangUp(refusal)
    // runChannel never rejects.
    void runChannel(core, channel, { kind: 'route', extension: channel.profile.destination, dialplan: 'XML', context })
  }
}

function allowList(cidrs: string): BlockList | undefined {
  const entries = cidrs.split(/[\s,]+/).filter(Boolean)
  if (entries.length === 0) return undefined
  const list = new BlockList()
  for (const entry of entries) {
    const [address = '', bits] = entry.split('/')
    const family = address.includes(':') ? 'ipv6' : 'ipv4'
    list.addSubnet(address, Number(bits ?? (family === 'ipv6' ? 128 : 32)), family)
  }
  return list
}
