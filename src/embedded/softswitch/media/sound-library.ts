import { readdir, readFile, stat } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { type Logger, messageOf } from '../../../kernel/index.ts'
import { type FrameSource, parseWav } from '../../rtp/index.ts'
import { LoopSource, SampleSource, SequenceSource, SilenceSource } from './sources.ts'
import { parseToneStream } from './tone-stream.ts'

interface CachedSound {
  readonly version: string
  readonly samples: Int16Array
}

const cachedSamplesAtMost = 32 * 1024 * 1024
const samplesPerMs = 8

/**
 * Opens what `playback` is given: a WAV file, `file_string://a!b`, `silence_stream://ms`, `tone_stream://…`,
 * `local_stream://name`. Files are kept decoded and read again when they change on disk.
 */
export class SoundLibrary {
  readonly #cache = new Map<string, CachedSound>()
  readonly #streamFolders: () => ReadonlyMap<string, string>
  readonly #relativeTo: () => string
  readonly #logger: Logger
  readonly #startedAt = Date.now()
  #cachedSamples = 0

  constructor({ streamFolders, relativeTo, logger }: SoundLibraryOptions) {
    this.#streamFolders = streamFolders
    this.#relativeTo = relativeTo
    this.#logger = logger
  }

  /** A fresh source from its beginning, or undefined when there is no such sound; the log says why. */
  async open(path: string): Promise<FrameSource | undefined> {
    const [scheme = '', rest] = path.includes('://') ? splitScheme(path) : ['file', path]
    switch (scheme) {
      case 'file_string':
        return await this.#openSequence(rest)
      case 'silence_stream':
        return silence(rest)
      case 'tone_stream':
        return parseToneStream(rest)
      case 'local_stream':
        return await this.#openStream(rest)
      case 'file':
        return await this.#openFile(rest)
      default:
        this.#logger.warn({ path }, 'Sound of a kind outside the subset')
        return undefined
    }
  }

  async #openSequence(list: string): Promise<FrameSource | undefined> {
    const sources = await Promise.all(list.split('!').map((path) => this.open(path)))
    const found = sources.filter((source) => source !== undefined)
    return found.length === 0 ? undefined : new SequenceSource(found)
  }

  async #openFile(path: string): Promise<FrameSource | undefined> {
    const samples = await this.#load(isAbsolute(path) ? path : join(this.#relativeTo(), path))
    return samples === undefined ? undefined : new SampleSource(samples)
  }

  async #openStream(name: string): Promise<FrameSource | undefined> {
    const folder = this.#streamFolders().get(name)
    if (folder === undefined) {
      this.#logger.warn({ name }, 'No local stream of this name in local_stream.conf')
      return undefined
    }
    const samples = await this.#loadFolder(folder)
    if (samples.length === 0) return undefined
    const elapsed = Math.floor((Date.now() - this.#startedAt) * samplesPerMs)
    return new LoopSource(samples, elapsed % samples.length)
  }

  async #loadFolder(folder: string): Promise<Int16Array> {
    const names = await readdir(folder).catch(() => [])
    const wavs = names.filter((name) => name.endsWith('.wav')).sort()
    const parts = await Promise.all(wavs.map((name) => this.#load(join(folder, name))))
    return concatenate(parts.filter((part) => part !== undefined))
  }

  async #load(path: string): Promise<Int16Array | undefined> {
    try {
      const { mtimeMs, size } = await stat(path)
      const version = `${mtimeMs}/${size}`
      const cached = this.#cache.get(path)
      if (cached?.version === version) return cached.samples
      const { channels } = parseWav(await readFile(path))
      const samples = mixDown(channels)
      this.#keep(path, { version, samples })
      return samples
    } catch (failure) {
      this.#logger.warn({ path, reason: messageOf(failure) }, 'Sound cannot be played')
      return undefined
    }
  }

  #keep(path: string, sound: CachedSound): void {
    this.#cachedSamples += sound.samples.length - (this.#cache.get(path)?.samples.length ?? 0)
    this.#cache.delete(path)
    this.#cache.set(path, sound)
    for (const [oldest, { samples }] of this.#cache) {
      if (this.#cachedSamples <= cachedSamplesAtMost) return
      this.#cache.delete(oldest)
      this.#cachedSamples -= samples.length
    }
  }
}

export interface SoundLibraryOptions {
  /** Folders of local streams by name. */
  streamFolders: () => ReadonlyMap<string, string>
  /** Folder that relative paths start from. */
  relativeTo: () => string
  logger: Logger
}

function splitScheme(path: string): [string, string] {
  const at = path.indexOf('://')
  return [path.slice(0, at), path.slice(at + 3)]
}

/** `ms[,noise level]`; −1 is endless, and the level is left out of account: silence is silent. */
function silence(text: string): FrameSource {
  const ms = Number.parseInt(text, 10)
  return ms < 0 ? new SilenceSource() : new SilenceSource(ms * samplesPerMs)
}

function mixDown(channels: readonly Int16Array[]): Int16Array {
  const [left, right] = channels
  if (left === undefined) return new Int16Array(0)
  return right === undefined ? left : left.map((sample, index) => (sample + (right[index] ?? 0)) >> 1)
}

function concatenate(parts: readonly Int16Array[]): Int16Array {
  const whole = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
