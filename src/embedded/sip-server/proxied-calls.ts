import { NewestMap } from '../../kernel/index.ts'
import { parseNameAddr, tagOf } from './grammar.ts'
import { header, type SipMessage, type SipRequest, type SipResponse } from './sip-message.ts'

/** So many calls are remembered, the newest ones: one whose caller keeps to the RFC needs no memory. */
const mostRemembered = 20_000

/**
 * Where the callees of record-routed calls are. A caller must send what follows by the route set it learnt (RFC 3261 section
 * 12.2.1.1); SIPp's own `uac` scenario and others send it to the number again, and their call would never be acknowledged.
 */
export class ProxiedCalls {
  readonly #targets = new NewestMap<string, string>({ most: mostRemembered })

  /** Takes the answer to an INVITE that we stay in the path of. */
  answered(response: SipResponse): void {
    const contact = parseNameAddr(header(response, 'contact') ?? '')?.uri
    if (response.status < 200 || response.status >= 300 || contact === undefined) return
    this.#targets.set(keyOf(response), contact)
  }

  /** The caller's request as it should have been: to the callee. Undefined when no such call is known. */
  mended(request: SipRequest): SipRequest | undefined {
    const uri = this.#targets.get(keyOf(request))
    return uri === undefined ? undefined : { ...request, uri }
  }

  /** A BYE of either side passes. */
  ended(bye: SipRequest): void {
    const [callId, from, to] = partsOf(bye)
    this.#targets.delete(keyOfParts([callId, from, to]))
    this.#targets.delete(keyOfParts([callId, to, from]))
  }
}

type Parts = readonly [callId: string, from: string, to: string]

function keyOf(message: SipMessage): string {
  return keyOfParts(partsOf(message))
}

function partsOf(message: SipMessage): Parts {
  const [from, to] = [tagOf(header(message, 'from')), tagOf(header(message, 'to'))]
  return [header(message, 'call-id') ?? '', from ?? '', to ?? '']
}

function keyOfParts(parts: Parts): string {
  return JSON.stringify(parts)
}
