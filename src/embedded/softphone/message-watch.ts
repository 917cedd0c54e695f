import { answerChallenge, type Credentials, pickChallenge } from './digest.ts'
import { refusalOf, type SrfApp, type SrfDialog } from './srf-app.ts'

export interface MessageWatchOptions {
  readonly srf: SrfApp
  readonly aor: string
  readonly contact: string
  readonly proxy: string
  readonly credentials: Credentials
}

/** A phone's message lamp: what it was told by NOTIFY (RFC 3842). */
export interface MessageWatch {
  /** The bodies, oldest first. */
  readonly told: readonly string[]
  stop(): Promise<void>
}

/** Subscribes to the phone's own messages; rejects with an Error whose `status` is the refusal's. */
export async function watchMessages(options: MessageWatchOptions, expires: number): Promise<MessageWatch> {
  const { credentials, aor } = options
  const told: string[] = []
  const dialog = await subscribe(options, expires, {}, told).catch((error: unknown) => {
    const refusal = refusalOf(error)
    const challenge = pickChallenge(refusal?.status === 401 ? refusal.response?.get('www-authenticate') : undefined)
    if (!challenge) throw error
    const uri = aor
    const authorization = answerChallenge({ challenge, credentials, method: 'SUBSCRIBE', uri, count: 1 })
    return subscribe(options, expires, { Authorization: authorization }, told)
  })
  return {
    told,
    async stop() {
      const headers = { Event: 'message-summary', Expires: '0' }
      await dialog.request({ method: 'SUBSCRIBE', headers, body: '' })
    },
  }
}

function subscribe(
  { srf, aor, contact, proxy }: MessageWatchOptions,
  expires: number,
  authorization: Record<string, string>,
  told: string[],
): Promise<SrfDialog> {
  const headers = {
    From: `<${aor}>`,
    To: `<${aor}>`,
    Contact: contact,
    Event: 'message-summary',
    Accept: 'application/simple-message-summary',
    Expires: String(expires),
    ...authorization,
  }
  const options = { method: 'SUBSCRIBE', localSdp: '', proxy, headers } as const
  return new Promise((resolve, reject) => {
    srf.createUAC(aor, options, { cbRequest: () => {}, cbProvisional: () => {} }, (error, dialog) => {
      if (!dialog) return reject(error)
      // At once: the first NOTIFY comes with the 202, in the same breath, and would be gone by the time a promise settles.
      dialog.on('notify', (request, response) => {
        told.push(request.body)
        response.send(200)
      })
      resolve(dialog)
    })
  })
}
