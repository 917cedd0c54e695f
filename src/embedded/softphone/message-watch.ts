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
  const dialog = await subscribe(options, expires, {}).catch((error: unknown) => {
    const refusal = refusalOf(error)
    const challenge = pickChallenge(refusal?.status === 401 ? refusal.response?.get('www-authenticate') : undefined)
    if (!challenge) throw error
    const uri = aor
    const authorization = answerChallenge({ challenge, credentials, method: 'SUBSCRIBE', uri, count: 1 })
    return subscribe(options, expires, { Authorization: authorization })
  })
  const told: string[] = []
  dialog.on('notify', (request, response) => {
    told.push(request.body)
    response.send(200)
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
): Promise<SrfDialog> {
  return srf.createUAC(
    aor,
    {
      method: 'SUBSCRIBE',
      localSdp: '',
      proxy,
      headers: {
        From: `<${aor}>`,
        To: `<${aor}>`,
        Contact: contact,
        Event: 'message-summary',
        Accept: 'application/simple-message-summary',
        Expires: String(expires),
        ...authorization,
      },
    },
    { cbRequest: () => {}, cbProvisional: () => {} },
  )
}
