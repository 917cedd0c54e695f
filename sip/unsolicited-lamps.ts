import { isBrowserPhone, type Logger, messageOf } from '../src/kernel/index.ts'
import type { Binding, Location } from './location.ts'
import type { MessageLamps } from './message-lamps.ts'
import { messageSummary, summaryHeaders } from './message-summary.ts'

/** A request outside any dialog; drachtio-srf's type declarations leave it out. */
export interface Notifies {
  request(
    uri: string,
    options: { method: 'NOTIFY'; headers: Record<string, string>; body: string },
    sent: (error: unknown, request: { on(event: 'response', listener: (answer: Answer) => void): void }) => void,
  ): void
}

interface Answer {
  readonly status: number
}

export interface UnsolicitedLampsOptions {
  readonly srf: Notifies
  readonly lamps: MessageLamps
  readonly location: Location
  /** Whether the phone subscribes, and is told that way. */
  readonly subscribes: (username: string) => boolean
  readonly realm: string
  readonly logger: Logger
}

/** What a phone was told since it registered; undefined: nothing yet. */
interface Told {
  summary: string | undefined
  /** It answered that it wants none of this. */
  refused: boolean
}

/**
 * The message lamps of phones that do not subscribe: a NOTIFY nobody asked for, as older phones expect it (RFC 3842 knows
 * subscriptions only), soon after the phone has registered and whenever the messages change.
 */
export class UnsolicitedLamps {
  readonly #options: UnsolicitedLampsOptions
  #told: ReadonlyMap<string, Told> = new Map()

  constructor(options: UnsolicitedLampsOptions) {
    this.#options = options
    options.lamps.onRead(() => this.#look())
  }

  /** After every look at the lamps; what is no longer registered is forgotten. */
  #look(): void {
    const phones = this.#options.location.all().filter(({ username }) => !isBrowserPhone(username))
    const known = this.#told
    this.#told = new Map(phones.map((binding) => [keyOf(binding), known.get(keyOf(binding)) ?? nothing()]))
    for (const binding of phones) {
      const told = known.get(keyOf(binding))
      // A phone seen for the first time is given until the next look to subscribe.
      if (told && !told.refused && !this.#options.subscribes(binding.username)) this.#tell(binding, told)
    }
  }

  #tell({ username, route }: Binding, told: Told): void {
    const { srf, lamps, realm, logger } = this.#options
    // Nobody is at the phone who serves a queue, and none was before.
    if (!lamps.has(username) && told.summary === undefined) return
    const account = `sip:${username}@${realm}`
    const summary = messageSummary(lamps.of(username), account)
    if (summary === told.summary) return
    told.summary = summary
    const headers = { ...summaryHeaders('terminated'), From: `<${account}>`, To: `<${account}>` }
    srf.request(route, { method: 'NOTIFY', headers, body: summary }, (error, request) => {
      if (error) return logger.info({ username, reason: messageOf(error) }, 'a phone cannot be told of its messages')
      request.on('response', ({ status }) => {
        // 408 and 503 are silence and not the phone's word.
        told.refused = status >= 400 && status !== 408 && status !== 503
      })
    })
  }
}

const nothing = (): Told => ({ summary: undefined, refused: false })
/** One registration: a phone that was restarted has another Call-ID (RFC 3261 section 10.2). */
const keyOf = ({ username, contact, callId }: Binding) => `${username} ${contact} ${callId}`
