import { randomBytes } from 'node:crypto'
import { type BindingRequest, bindingSuccess, readBindingRequest } from './stun.ts'

export interface Address {
  readonly address: string
  readonly port: number
}

/**
 * The side of ICE that has one address and waits (RFC 8445 section 2.5, "lite"): a switch. It answers checks that know its
 * password, and sends where the other side decided; no server outside is asked for anything.
 */
export class IceLite {
  readonly ufrag = randomBytes(4).toString('hex')
  readonly password = randomBytes(16).toString('hex')
  #peer: Address | undefined
  #isChosen = false

  /** Where the other side is, once a check came from there. */
  get peer(): Address | undefined {
    return this.#peer
  }

  /** The answer to a check; undefined when it is not to be answered. */
  check(datagram: Buffer, from: Address): Buffer | undefined {
    const request = readBindingRequest(datagram, this.password)
    if (request === undefined || !request.username.startsWith(`${this.ufrag}:`)) return undefined
    this.#follow(request, from)
    return bindingSuccess(request, { ...from, password: this.password })
  }

  /** The pair chosen last counts; until one is, the first that works. */
  #follow({ useCandidate }: BindingRequest, from: Address): void {
    if (!useCandidate && (this.#isChosen || this.#peer !== undefined)) return
    this.#peer = { address: from.address, port: from.port }
    this.#isChosen ||= useCandidate
  }
}
