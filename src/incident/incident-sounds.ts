import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../kernel/index.ts'
import { decodeWav, encodeWav, type PromptTexts, speak, telephoneRate } from '../speech/index.ts'
import { IncidentRefused } from './errors.ts'
import type { Incident, IncidentSound } from './incident.ts'

/** What a supervisor sends for one language: words to be said, or a WAV file. */
export type IncidentWords = { readonly text: string } | { readonly wav: Buffer }

/** Seconds: whoever calls waits so long before the menu. */
const longest = 120

/** Makes what is said of an incident into sounds, and lays them where the switches read. */
export class IncidentSounds {
  readonly #folder: string
  readonly #voices: () => Promise<readonly PromptTexts[]>

  /** `folder` is seen by the switches under the same path. */
  constructor({ folder, voices }: { folder: string; voices: () => Promise<readonly PromptTexts[]> }) {
    this.#folder = folder
    this.#voices = voices
  }

  /** Throws IncidentRefused, or SpeechUnavailable where no program says texts. */
  async make(language: string, words: IncidentWords): Promise<IncidentSound> {
    if ('wav' in words) return { language, text: null, wav: checked(language, words.wav) }
    const voice = (await this.#voices()).find((each) => each.language === language)
    if (!voice) throw new IncidentRefused(`no voice speaks ${language}: send a WAV file for it`)
    return { language, text: words.text, wav: encodeWav(await speak({ text: words.text, voice })) }
  }

  path({ incidentId }: Pick<Incident, 'incidentId'>, language: string): string {
    return join(this.#folder, `${incidentId}-${language}.wav`)
  }

  async lay(incident: Incident): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o755 })
    for (const { language, wav } of incident.sounds)
      await writeFile(this.path(incident, language), wav, { mode: 0o644 })
  }

  async takeAway(incident: Incident): Promise<void> {
    for (const { language } of incident.sounds) await rm(this.path(incident, language), { force: true })
  }
}

function checked(language: string, wav: Buffer): Buffer {
  let seconds: number
  try {
    const { rate, samples } = decodeWav(wav)
    if (rate !== telephoneRate) throw new Error(`${rate} Hz, not ${telephoneRate}`)
    seconds = samples.length / rate
  } catch (error) {
    throw new IncidentRefused(`${language}: ${messageOf(error)}; wanted is WAV, mono, 16-bit PCM, ${telephoneRate} Hz`)
  }
  if (seconds === 0 || seconds > longest) {
    throw new IncidentRefused(`${language}: ${seconds.toFixed(1)} s of sound; 0 to ${longest} s are possible`)
  }
  return wav
}
