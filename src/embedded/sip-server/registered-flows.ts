import type { Clock } from '../../kernel/index.ts'
import { parseNameAddr, splitOutside } from './grammar.ts'
import { header, headerValues, type SipRequest, type SipResponse } from './sip-message.ts'
import { parseSipUri, type SipUri } from './sip-uri.ts'
import type { Flow } from './transport.ts'

/**
 * The connections phones registered over. A phone behind an address translator cannot be connected to, and a browser
 * not at all, so calls for its contact go down the connection it opened (RFC 5626); drachtio-server does the same.
 */
export class RegisteredFlows {
  readonly #clock: Clock
  readonly #flows = new Map<string, { flow: Flow; expiresAt: number }>()

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock
  }

  find(contact: SipUri): Flow | undefined {
    const known = this.#flows.get(keyOf(contact))
    return known?.flow.isOpen && known.expiresAt > this.#clock.now() ? known.flow : undefined
  }

  /** Takes over what an application accepted with a 200 to a REGISTER. */
  registered({ request, response, flow }: { request: SipRequest; response: SipResponse; flow: Flow }): void {
    if (flow.transport === 'udp') return
    this.#forgetStale()
    for (const value of headerValues(request, 'contact').flatMap((each) => splitOutside(each, ','))) {
      const contact = parseNameAddr(value)
      const uri = parseSipUri(contact?.uri ?? '')
      if (!contact || !uri) continue
      const asked = contact.params.get('expires') ?? header(response, 'expires') ?? header(request, 'expires') ?? '3600'
      if (Number(asked) > 0) this.#flows.set(keyOf(uri), { flow, expiresAt: this.#clock.now() + Number(asked) * 1000 })
      else this.#flows.delete(keyOf(uri))
    }
  }

  #forgetStale(): void {
    for (const [key, { flow, expiresAt }] of this.#flows) {
      if (!flow.isOpen || expiresAt <= this.#clock.now()) this.#flows.delete(key)
    }
  }
}

function keyOf({ user, host, port }: SipUri): string {
  return `${user ?? ''}@${host}:${port ?? ''}`
}
