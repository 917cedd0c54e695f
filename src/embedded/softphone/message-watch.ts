import type { Clock } from '../../kernel/index.ts'
import { answerChallenge, type Credentials, pickChallenge } from './digest.ts'
import { refusalOf, type SrfApp, type SrfDialog } from './srf-app.ts'

export interface MessageWatchOptions {
  readonly srf: SrfApp
  readonly clock: Clock
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

/** Milliseconds after which a phone whose subscription was ended by the other side subscribes anew, until it succeeds. */
const againAfter = 300

/** Subscribes to the phone's own messages; rejects with an Error whose `status` is the refusal's. */
export async function watchMessages(options: MessageWatchOptions, expires: number): Promise<MessageWatch> {
  const told: string[] = []
  let stopped = false
  const again = (): void => {
    options.clock.after(againAfter, () => {
      if (stopped) return
      begin()
        .then((anew) => {
          dialog = anew
        })
        .catch(again)
    })
  }
  const begin = () => subscribeWithPassword(options, expires, { told, onDeactivated: again })
  let dialog = await begin()
  return {
    told,
    async stop() {
      stopped = true
      const headers = { Event: 'message-summary', Expires: '0' }
      await dialog.request({ method: 'SUBSCRIBE', headers, body: '' })
    },
  }
}

interface Listener {
  readonly told: string[]
  /** The other side ended the subscription and wants another (RFC 6665 section 4.1.3). */
  readonly onDeactivated: () => void
}

async function subscribeWithPassword(
  options: MessageWatchOptions,
  expires: number,
  listener: Listener,
): Promise<SrfDialog> {
  const { credentials, aor } = options
  return await subscribe(options, expires, {}, listener).catch((error: unknown) => {
    const refusal = refusalOf(error)
    const challenge = pickChallenge(refusal?.status === 401 ? refusal.response?.get('www-authenticate') : undefined)
    if (!challenge) throw error
    const authorization = answerChallenge({ challenge, credentials, method: 'SUBSCRIBE', uri: aor, count: 1 })
    return subscribe(options, expires, { Authorization: authorization }, listener)
  })
}

function subscribe(
  { srf, aor, contact, proxy }: MessageWatchOptions,
  expires: number,
  authorization: Record<string, string>,
  { told, onDeactivated }: Listener,
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
        if (/;\s*reason=deactivated/i.test(request.get('subscription-state') ?? '')) onDeactivated()
      })
      resolve(dialog)
    })
  })
}
