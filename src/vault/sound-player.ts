import type { Readable } from 'node:stream'
import Type from 'typebox'
import type { Playback, PlaybackStore } from './playback-store.ts'
import { type SoundAnswer, soundAnswer } from './sound-answer.ts'
import type { Vault } from './vault.ts'

/** What a route that plays a sound answers: whole, a part, or a part that is not there. */
export const soundResponses = (description: string) => {
  const schema = Type.Unsafe<Readable | null>({ type: 'string', format: 'binary' })
  const sound = { description, content: { 'audio/wav': { schema } } }
  return { 200: sound, 206: sound, 416: Type.Null() }
}

/** Plays sounds to people, and notes who heard which part of which. */
export class SoundPlayer {
  readonly #vault: Vault
  readonly #playbacks: PlaybackStore

  constructor({ vault, playbacks }: { vault: Vault; playbacks: PlaybackStore }) {
    this.#vault = vault
    this.#playbacks = playbacks
  }

  /** Answers a request with the header `Range` (undefined for the whole). Throws {@link SoundUnusable}. */
  async play({
    file,
    range,
    ...playback
  }: Omit<Playback, 'first' | 'last'> & { file: string; range: string | undefined }): Promise<SoundAnswer> {
    const answer = await soundAnswer(await this.#vault.open(file), range)
    if (answer.part) await this.#playbacks.note({ ...playback, ...answer.part })
    return answer
  }
}
