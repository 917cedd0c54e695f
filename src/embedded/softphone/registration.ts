import { type Cancel, type Clock, type Logger, messageOf, newId, newSecret } from '../../kernel/index.ts'
import { answerChallenge, type Credentials, type DigestAlgorithm, pickChallenge } from './digest.ts'
import type { Received, SrfApp } from './srf-app.ts'

export interface RegistrationOptions {
  readonly srf: SrfApp
  /** `sip:` and the registrar's host. */
  readonly registrarUri: string
  readonly aor: string
  readonly contact: string
  readonly proxy: string
  readonly credentials: Credentials
  readonly digest: DigestAlgorithm | undefined
  readonly clock: Clock
  readonly logger: Logger
}

/** The registrar said no; `status` tells which way. */
class RegistrationRefused extends Error {
  readonly status: number

  constructor({ status, reason }: { status: number; reason: string }) {
    super(`The registrar answered ${status} ${reason}`)
    this.status = status
  }
}

/** Keeps one phone registered. */
export class Registration {
  readonly #options: RegistrationOptions
  readonly #callId = newId()
  readonly #tag = newSecret(9)
  #sequence = 0
  #refresh: Cancel | undefined

  constructor(options: RegistrationOptions) {
    this.#options = options
  }

  /** Registers for that many seconds and again before they are over; returns the seconds granted. */
  async register(expires: number): Promise<number> {
    this.stop()
    const response = await this.#authorised(expires)
    const granted = grantedSeconds(response, this.#options.contact) ?? expires
    this.#refresh = this.#options.clock.after(granted * 800, () => {
      this.register(expires).catch((error: unknown) => {
        this.#options.logger.warn({ reason: messageOf(error) }, 'softphone: registration lost')
      })
    })
    return granted
  }

  async unregister(): Promise<void> {
    this.stop()
    await this.#authorised(0)
  }

  /** No more refreshing; what was granted runs out at the registrar. */
  stop(): void {
    this.#refresh?.()
    this.#refresh = undefined
  }

  /** One question, and at most two answers to challenges: the second when the nonce had gone stale. */
  async #authorised(expires: number): Promise<Received> {
    let response = await this.#send(expires, {})
    for (let count = 1; count <= 2 && response.status === 401; count++) {
      const { credentials, digest, registrarUri: uri } = this.#options
      const challenge = pickChallenge(response.get('www-authenticate'), digest)
      if (!challenge) break
      const authorization = answerChallenge({ challenge, credentials, method: 'REGISTER', uri, count: 1 })
      response = await this.#send(expires, { Authorization: authorization })
      if (response.status === 401 && !/stale\s*=\s*"?true/i.test(response.get('www-authenticate') ?? '')) break
    }
    if (response.status !== 200) throw new RegistrationRefused(response)
    return response
  }

  #send(expires: number, authorization: Record<string, string>): Promise<Received> {
    const { srf, registrarUri, aor, contact, proxy } = this.#options
    this.#sequence++
    const headers = {
      From: `<${aor}>;tag=${this.#tag}`,
      To: `<${aor}>`,
      Contact: contact,
      Expires: String(expires),
      'Call-ID': this.#callId,
      CSeq: `${this.#sequence} REGISTER`,
      ...authorization,
    }
    return new Promise((resolve, reject) => {
      srf.request(registrarUri, { method: 'REGISTER', proxy, headers }, (error, request) => {
        if (!request) return reject(error)
        // At once: the answer of a quick registrar comes in the same breath, and would be gone by the time a promise settles.
        request.on('response', (response) => {
          if (response.status >= 200) resolve(response)
        })
      })
    })
  }
}

/** The lifetime the registrar gave our Contact (RFC 3261 section 10.2.4). */
function grantedSeconds(response: Received, contact: string): number | undefined {
  const uri = contact.replace(/^<|>$/g, '')
  const ours = (response.get('contact') ?? '').split(/,\s*(?=[<"])/).find((each) => each.includes(uri))
  const granted = /;\s*expires=(\d+)/i.exec(ours ?? '')?.[1] ?? response.get('expires')
  return granted === undefined ? undefined : Number(granted)
}
