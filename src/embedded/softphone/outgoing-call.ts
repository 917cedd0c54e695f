import { type Clock, messageOf, newId, newSecret } from '../../kernel/index.ts'
import { answerChallenge, type Credentials, type DigestAlgorithm, pickChallenge } from './digest.ts'
import { PhoneCall } from './phone-call.ts'
import type { PhoneMedia } from './phone-media.ts'
import { type Outgoing, type Received, refusalOf, type SrfApp } from './srf-app.ts'

export interface OutgoingCallOptions {
  readonly srf: SrfApp
  readonly uri: string
  readonly from: string
  readonly contact: string
  readonly proxy: string
  readonly credentials: Credentials
  readonly digest: DigestAlgorithm | undefined
  readonly media: PhoneMedia
  readonly clock: Clock
}

/** Calls; the returned call tells how it goes. */
export function placeCall(options: OutgoingCallOptions): PhoneCall {
  const { uri, media, clock } = options
  const other = /^sips?:([^@;]+)@/i.exec(uri)?.[1] ?? uri
  const call = new PhoneCall({ direction: 'outgoing', other, media, clock })
  const attempt = new Attempt(options, call)
  call.beforeAnswer = { answer: async () => {}, reject: () => {}, cancel: () => attempt.cancel() }
  attempt.run().catch((error: unknown) => call.over('refused', { reason: messageOf(error) }))
  return call
}

class Attempt {
  readonly #options: OutgoingCallOptions
  readonly #call: PhoneCall
  readonly #callId = newId()
  readonly #offer: string
  readonly #from: string
  #request: Outgoing | undefined
  #wantsCancel = false

  constructor(options: OutgoingCallOptions, call: PhoneCall) {
    this.#options = options
    this.#call = call
    this.#offer = options.media.offer('sendrecv')
    this.#from = `<${options.from}>;tag=${newSecret(9)}`
    call.callId = this.#callId
  }

  cancel(): void {
    if (this.#wantsCancel) return
    this.#wantsCancel = true
    this.#request?.cancel()
  }

  async run(): Promise<void> {
    try {
      await this.#invite({ sequence: 1, authorization: {} })
    } catch (error) {
      const challenge = this.#challengeIn(error)
      if (!challenge) {
        this.#failed(error)
        return
      }
      await this.#invite({ sequence: 2, authorization: challenge }).catch((again: unknown) => this.#failed(again))
    }
  }

  async #invite({
    sequence,
    authorization,
  }: {
    sequence: number
    authorization: Record<string, string>
  }): Promise<void> {
    const { srf, uri, contact, proxy } = this.#options
    const headers = {
      From: this.#from,
      To: `<${uri}>`,
      Contact: contact,
      'Call-ID': this.#callId,
      CSeq: `${sequence} INVITE`,
      ...authorization,
    }
    const dialog = await srf.createUAC(
      uri,
      { localSdp: this.#offer, proxy, headers },
      {
        cbRequest: (_, request) => {
          this.#request = request
          if (this.#wantsCancel) request?.cancel()
        },
        cbProvisional: (response) => this.#progress(response),
      },
    )
    this.#options.media.accept(dialog.remote.sdp)
    this.#call.established(dialog)
    // The answer crossed our CANCEL: the server hangs up by itself after the ACK.
    if (this.#wantsCancel) this.#call.over('cancelled')
  }

  #progress(response: Received): void {
    if (response.status === 180 || response.status === 183) this.#call.ringing()
    if (response.body) this.#options.media.accept(response.body)
  }

  #challengeIn(error: unknown): Record<string, string> | undefined {
    const refusal = refusalOf(error)
    if (!refusal?.response || this.#wantsCancel || (refusal.status !== 401 && refusal.status !== 407)) return undefined
    const isProxy = refusal.status === 407
    const { credentials, digest, uri } = this.#options
    const challenge = pickChallenge(refusal.response.get(isProxy ? 'proxy-authenticate' : 'www-authenticate'), digest)
    if (!challenge) return undefined
    const answer = answerChallenge({ challenge, credentials, method: 'INVITE', uri, count: 1 })
    return { [isProxy ? 'Proxy-Authorization' : 'Authorization']: answer }
  }

  #failed(error: unknown): void {
    const refusal = refusalOf(error)
    if (this.#wantsCancel) this.#call.over('cancelled', refusal ? { status: refusal.status } : {})
    else if (refusal) this.#call.over('refused', { status: refusal.status, reason: refusal.reason })
    else this.#call.over('refused', { reason: messageOf(error) })
  }
}
