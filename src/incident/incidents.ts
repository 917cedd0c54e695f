import type { EventLog } from '../events/index.ts'
import { type Cancel, type Clock, type Logger, messageOf, newId } from '../kernel/index.ts'
import { IncidentRefused, UnknownIncident } from './errors.ts'
import type { Incident } from './incident.ts'
import type { IncidentSounds, IncidentWords } from './incident-sounds.ts'
import type { IncidentStore } from './incident-store.ts'

export interface IncidentsOptions {
  readonly store: IncidentStore
  readonly sounds: IncidentSounds
  readonly log: EventLog
  readonly clock: Clock
  readonly logger: Logger
  /** The languages of the menus: an announcement is made in all of them. */
  readonly languages: () => readonly string[]
}

/** Milliseconds: the longest a timer can be set for at once. */
const longestWait = 24 * 60 * 60 * 1000

/** Announcements before the menu: one for all lines and one a line, until withdrawn or their time is over. */
export class Incidents {
  readonly #options: IncidentsOptions
  /** By line, '' for all. */
  readonly #inForce = new Map<string, Incident>()
  /** Calls that heard an announcement, by its id. */
  readonly #heard = new Map<string, Set<string>>()
  #cancelExpiry: Cancel = () => {}

  private constructor(options: IncidentsOptions) {
    this.#options = options
  }

  /** Takes up what an earlier process announced: the sounds are laid where the switches read anew. */
  static async open(options: IncidentsOptions): Promise<Incidents> {
    const incidents = new Incidents(options)
    for (const incident of await options.store.all()) {
      await options.sounds.lay(incident).catch((error: unknown) => {
        const { incidentId } = incident
        options.logger.error({ incidentId, reason: messageOf(error) }, 'sounds of an incident could not be laid')
      })
      incidents.#inForce.set(incident.line ?? '', incident)
    }
    incidents.#endExpired()
    return incidents
  }

  all(): Incident[] {
    return [...this.#inForce.values()]
  }

  /** Throws IncidentRefused or SpeechUnavailable; what was announced before stays in force then. */
  async announce(
    wanted: Pick<Incident, 'line' | 'toWaiting' | 'by' | 'until'> & {
      readonly words: ReadonlyMap<string, IncidentWords>
    },
  ): Promise<Incident> {
    const { store, sounds, clock, log } = this.#options
    const { line, toWaiting, by, until, words } = wanted
    this.#check(words, until)
    const made = []
    for (const [language, said] of words) made.push(await sounds.make(language, said))
    const incident = { incidentId: newId(), line, toWaiting, by, until, announcedAt: clock.now(), sounds: made }
    await sounds.lay(incident)
    await store.save(incident)
    const before = this.#inForce.get(line ?? '')
    this.#inForce.set(line ?? '', incident)
    if (before) this.#forget(before, by)
    const texts = made.map(({ language, text }) => ({ language, text }))
    const { incidentId, announcedAt } = incident
    log.append('incident.announced', { incidentId, line, texts, toWaiting, until, by }, announcedAt)
    this.#endExpired()
    return incident
  }

  /** Throws UnknownIncident. */
  async withdraw(line: string | null, by: string): Promise<void> {
    const incident = this.#inForce.get(line ?? '')
    if (!incident) throw new UnknownIncident(`nothing is announced on ${line ?? 'all lines'}`)
    await this.#options.store.remove(incident.incidentId)
    this.#inForce.delete(line ?? '')
    this.#forget(incident, by)
  }

  /** What a new caller hears before the menu: every language, the line's own first. Noted as heard. */
  forNewCall(line: string, callId: string, language: string): { readonly files: string[]; readonly ids: string[] } {
    const incidents = this.#of(line)
    for (const incident of incidents) this.#hears(incident, callId)
    const files = incidents.flatMap((incident) =>
      [...incident.sounds]
        .sort((a, b) => Number(b.language === language) - Number(a.language === language))
        .map((sound) => this.#options.sounds.path(incident, sound.language)),
    )
    return { files, ids: incidents.map(({ incidentId }) => incidentId) }
  }

  /** What somebody who waits hears now: once, in the own language. */
  forWaiting(line: string, callId: string, language: string): string[] {
    return this.#of(line)
      .filter((incident) => incident.toWaiting && this.#hears(incident, callId))
      .filter(({ sounds }) => sounds.some((sound) => sound.language === language))
      .map((incident) => this.#options.sounds.path(incident, language))
  }

  stop(): void {
    this.#cancelExpiry()
  }

  #of(line: string): Incident[] {
    return ['', line].flatMap((key) => this.#inForce.get(key) ?? [])
  }

  /** Notes that the call hears it; false when it did before. */
  #hears({ incidentId }: Incident, callId: string): boolean {
    const calls = this.#heard.get(incidentId) ?? new Set()
    this.#heard.set(incidentId, calls)
    return calls.size !== calls.add(callId).size
  }

  #check(words: ReadonlyMap<string, IncidentWords>, until: number | null): void {
    const languages = this.#options.languages()
    const missing = languages.filter((language) => !words.has(language))
    if (missing.length > 0) throw new IncidentRefused(`${missing.join(', ')}: every language of the menus is needed`)
    const unknown = [...words.keys()].filter((language) => !languages.includes(language))
    if (unknown.length > 0) throw new IncidentRefused(`${unknown.join(', ')}: no menu is in this language`)
    if (until !== null && until <= this.#options.clock.now()) {
      throw new IncidentRefused(`the announcement would be over already: ${new Date(until).toISOString()}`)
    }
  }

  #forget(incident: Incident, by: string | null): void {
    const { log, sounds, logger } = this.#options
    const { incidentId, line } = incident
    this.#heard.delete(incidentId)
    log.append('incident.withdrawn', { incidentId, line, by })
    sounds.takeAway(incident).catch((error: unknown) => {
      logger.warn({ incidentId, reason: messageOf(error) }, 'sounds of an incident could not be taken away')
    })
  }

  /** Ends what has had its time, and comes back for the next. */
  #endExpired(): void {
    this.#cancelExpiry()
    const { clock, store, logger } = this.#options
    const now = clock.now()
    let wait = Number.POSITIVE_INFINITY
    for (const incident of this.all()) {
      const { until, line, incidentId } = incident
      if (until === null) continue
      if (until > now) {
        wait = Math.min(wait, until - now)
        continue
      }
      this.#inForce.delete(line ?? '')
      this.#forget(incident, null)
      // Left behind it is over all the same: whoever reads it next ends it again.
      store.remove(incidentId).catch((error: unknown) => {
        logger.warn({ incidentId, reason: messageOf(error) }, 'an announcement that is over is still in the database')
      })
    }
    if (wait === Number.POSITIVE_INFINITY) return
    this.#cancelExpiry = clock.after(Math.min(wait, longestWait), () => this.#endExpired())
  }
}
