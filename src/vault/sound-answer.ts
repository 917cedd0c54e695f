import { Readable } from 'node:stream'
import type { SealedSound } from './sealed-sound.ts'

/** What a request for a sound is answered: RFC 9110 sections 14 and 15.3.7. */
export interface SoundAnswer {
  readonly status: 200 | 206 | 416
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readable | null
  /** The part that is played; null when nothing is. */
  readonly part: { readonly first: number; readonly last: number } | null
}

/** Answers a request with the header `Range` (undefined for the whole); the file is closed when the body was read. */
export async function soundAnswer(sound: SealedSound, range: string | undefined): Promise<SoundAnswer> {
  const { size } = sound
  const wanted = range === undefined ? undefined : readRange(range, size)
  if (wanted === 'unsatisfiable') {
    await sound.close()
    return { status: 416, headers: { 'content-range': `bytes */${size}` }, body: null, part: null }
  }
  const part = wanted ?? { first: 0, last: size - 1 }
  return {
    status: wanted ? 206 : 200,
    headers: {
      'accept-ranges': 'bytes',
      'content-type': 'audio/wav',
      'content-length': String(part.last - part.first + 1),
      // Voices of citizens are in no cache between us and the listener.
      'cache-control': 'private, no-store',
      ...(wanted ? { 'content-range': `bytes ${part.first}-${part.last}/${size}` } : {}),
    },
    body: Readable.from(sound.read(part), { objectMode: false }),
    part,
  }
}

/**
 * One range of bytes. Several ranges, another unit or what is no range at all give undefined: the header is ignored and
 * the whole is sent (section 14.2).
 */
function readRange(header: string, size: number): { first: number; last: number } | 'unsatisfiable' | undefined {
  const [, from = '', to = ''] = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/i.exec(header) ?? []
  if (from === '' && to === '') return undefined
  if (from === '') return Number(to) === 0 ? 'unsatisfiable' : { first: Math.max(0, size - Number(to)), last: size - 1 }
  const [first, last] = [Number(from), to === '' ? size - 1 : Math.min(Number(to), size - 1)]
  if (to !== '' && Number(to) < first) return undefined
  return first < size ? { first, last } : 'unsatisfiable'
}
