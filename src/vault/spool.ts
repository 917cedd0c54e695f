import { chmod, mkdir, open, readdir, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from '../kernel/index.ts'
import { SoundUnusable } from './errors.ts'

/** Bytes that stay free on the disk beyond what is asked for. */
const reserve = 1024 * 1024

/**
 * The folder switches record to, seen under the same path here and there. A recording is a plain WAV file for as long
 * as it is made; then it is taken into the vault and removed.
 */
export class Spool {
  readonly #folder: string

  private constructor(folder: string) {
    this.#folder = folder
  }

  /** Makes the folder when it is not there; one that cannot be made shows itself again at every recording. */
  static async open({ folder, logger }: { folder: string; logger: Logger }): Promise<Spool> {
    // A switch with a user of its own may walk through, and nobody may look around.
    await mkdir(folder, { recursive: true, mode: 0o711 }).catch((error: Error) =>
      logger.error({ reason: error.message }, 'the folder of recordings cannot be made: nothing will be recorded'),
    )
    return new Spool(folder)
  }

  path(name: string): string {
    return join(this.#folder, name)
  }

  /**
   * Makes room for a recording: an empty file that the switch may write, whoever it runs as. Rejects when the disk has not
   * so many bytes left or cannot be written, because FreeSWITCH would hang up the call over that.
   */
  async prepare(name: string, bytes: number): Promise<string> {
    const { bavail, bsize } = await statfs(this.#folder)
    if (bavail * bsize < bytes + reserve) throw new SoundUnusable(`the disk of ${this.#folder} is full`)
    const path = this.path(name)
    const file = await open(path, 'w')
    try {
      await file.chmod(0o666)
    } finally {
      await file.close()
    }
    return path
  }

  /** Writes what is known of a recording beside it: whole or not at all. */
  async writeNote(name: string, content: object): Promise<void> {
    const path = this.path(noteOf(name))
    await writeFile(`${path}.part`, JSON.stringify(content), { mode: 0o600 })
    await rename(`${path}.part`, path)
  }

  /** The note beside a recording; undefined when there is none. */
  async readNote<T extends object>(name: string): Promise<T | undefined> {
    const text = await readFile(this.path(noteOf(name)), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
    return text === undefined ? undefined : (JSON.parse(text) as T)
  }

  /** Names of the recordings of one kind that have a note. */
  async notes(prefix: string): Promise<string[]> {
    const names = await readdir(this.#folder)
    return names
      .filter((name) => name.startsWith(prefix) && name.endsWith(noteEnd))
      .map((name) => name.slice(0, -noteEnd.length))
  }

  async removeNote(name: string): Promise<void> {
    await rm(this.path(noteOf(name)), { force: true })
  }

  /** When the file was last written, milliseconds since the epoch; undefined when it is not there. */
  async changedAt(name: string): Promise<number | undefined> {
    return await stat(this.path(name)).then(
      ({ mtimeMs }) => mtimeMs,
      () => undefined,
    )
  }

  /** Nothing can be made of a recording: it is kept for a person to look at, with its note, and never listed again. */
  async putAside(name: string): Promise<void> {
    const [aside, path] = [this.path(`${asidePrefix}${name}`), this.path(name)]
    await chmod(path, 0o600)
    await rename(path, aside)
    await rename(this.path(noteOf(name)), noteOf(aside))
  }

  async remove(name: string): Promise<void> {
    await rm(this.path(name), { force: true })
  }
}

const noteEnd = '.json'
const asidePrefix = 'unusable-'
const noteOf = (name: string) => `${name}${noteEnd}`
