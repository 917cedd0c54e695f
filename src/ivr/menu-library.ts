import { type FSWatcher, watch } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Cancel, type Clock, type Logger, messageOf, systemClock } from '../kernel/index.ts'
import { formatFault, type MenuFault, MenusRefused } from './menu-fault.ts'
import { type MenuFolder, readMenus } from './menu-folder.ts'
import type { MenuSnapshot } from './menu-snapshot.ts'

export interface MenuLibraryOptions extends MenuFolder {
  readonly logger: Logger
  readonly clock?: Clock
  /** Changed files hold faults; the last good menus stay in force. */
  readonly onRefused?: (faults: readonly MenuFault[]) => void
  /** Changed menus are in force from now on. */
  readonly onAccepted?: (menus: MenuSnapshot) => void
}

/** A change that did not come into force. */
export interface RefusedMenus {
  /** When it was looked at; milliseconds since the epoch. */
  readonly at: number
  readonly faults: readonly MenuFault[]
}

// An editor saves in several steps (write aside, rename, touch); we look once it has settled.
const settleMs = 150
// Watching says nothing on network folders, bind mounts and swapped directories, so we look by ourselves too.
const lookEveryMs = 2000

/**
 * The menus in force. Watches the folders of menus and prompts: a valid change serves new calls, a broken one is
 * refused as a whole and the last good menus stay. Calls under way keep the snapshot they began with.
 */
export class MenuLibrary {
  readonly #options: MenuLibraryOptions
  readonly #clock: Clock
  #menus: MenuSnapshot
  #refused: RefusedMenus | undefined
  #seen: string
  #watchers: FSWatcher[] = []
  #nextLook: Cancel = () => undefined
  #looking: Promise<void> = Promise.resolve()
  #closed = false

  /** Reads the menus and begins to watch. Throws MenusRefused when they are not valid: there is no last good one. */
  static async open(options: MenuLibraryOptions): Promise<MenuLibrary> {
    const seen = await fingerprint(options)
    return new MenuLibrary(options, await readMenus(options), seen)
  }

  private constructor(options: MenuLibraryOptions, menus: MenuSnapshot, seen: string) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#menus = menus
    this.#seen = seen
    this.#watch()
    this.#lookIn(lookEveryMs)
  }

  /** The menus in force now. */
  current(): MenuSnapshot {
    return this.#menus
  }

  /** What is wrong with the files as they are now; undefined while they are those in force. */
  get refused(): RefusedMenus | undefined {
    return this.#refused
  }

  /** Looks at the files at once and settles when a change, if any, was taken over or refused. */
  refresh(): Promise<void> {
    const look = this.#looking.then(() => this.#look())
    // A look that failed is told to whoever asked for it, and does not keep later ones from happening.
    this.#looking = look.catch((thrown) => {
      this.#options.logger.error({ reason: messageOf(thrown) }, 'IVR menus could not be looked at')
    })
    return look
  }

  /** Ends watching. May be called twice. */
  async close(): Promise<void> {
    this.#closed = true
    this.#nextLook()
    this.#unwatch()
    await this.#looking
  }

  async #look(): Promise<void> {
    if (this.#closed) return
    const seen = await fingerprint(this.#options)
    if (seen === this.#seen) return
    this.#seen = seen
    this.#watch()
    await this.#takeOver()
  }

  async #takeOver(): Promise<void> {
    const { logger, onAccepted, onRefused } = this.#options
    try {
      const menus = await readMenus(this.#options)
      if (this.#closed) return
      this.#menus = menus
      this.#refused = undefined
      logger.info({ version: menus.version, menus: menus.menus.size }, 'IVR menus taken over for new calls')
      onAccepted?.(menus)
    } catch (thrown) {
      if (!(thrown instanceof MenusRefused)) throw thrown
      this.#refused = { at: this.#clock.now(), faults: thrown.faults }
      const faults = thrown.faults.map(formatFault)
      logger.error({ faults, kept: this.#menus.version }, 'changed IVR menus refused, the last good ones are kept')
      onRefused?.(thrown.faults)
    }
  }

  #lookIn(ms: number): void {
    this.#nextLook()
    if (this.#closed) return
    this.#nextLook = this.#clock.after(ms, () => {
      const again = () => this.#lookIn(lookEveryMs)
      this.refresh().then(again, again)
    })
  }

  /** Begins anew after each change, since a folder that was replaced is another folder. */
  #watch(): void {
    this.#unwatch()
    if (this.#closed) return
    const { menusDir, promptsDir } = this.#options
    this.#watchers = [menusDir, promptsDir].flatMap((folder) => this.#watcher(folder) ?? [])
  }

  #watcher(folder: string): FSWatcher | undefined {
    const { logger } = this.#options
    try {
      const watcher = watch(folder, { persistent: false }, () => this.#lookIn(settleMs))
      // A folder that vanishes is an error to its watcher only; the regular look goes on.
      watcher.on('error', (error) => logger.debug({ folder, reason: messageOf(error) }, 'folder is no longer watched'))
      return watcher
    } catch (thrown) {
      logger.debug({ folder, reason: messageOf(thrown) }, 'folder cannot be watched, it is looked at instead')
      return undefined
    }
  }

  #unwatch(): void {
    for (const watcher of this.#watchers.splice(0)) watcher.close()
  }
}

/** Names, sizes and times of all files concerned: what changes when any of them does. */
async function fingerprint({ menusDir, promptsDir }: MenuFolder): Promise<string> {
  const parts = await Promise.all([describe(menusDir, true), describeFolders(promptsDir)])
  return parts.flat().join('\n')
}

async function describeFolders(promptsDir: string): Promise<string[]> {
  const names = await namesIn(promptsDir)
  return (await Promise.all(names.map((name) => describe(join(promptsDir, name), false)))).flat()
}

/** A menu's content matters; of a prompt only that it is there. */
async function describe(folder: string, withContent: boolean): Promise<string[]> {
  const names = await namesIn(folder)
  if (!withContent) return names.map((name) => join(folder, name))
  return Promise.all(
    names.map(async (name) => {
      const about = await stat(join(folder, name)).catch(() => undefined)
      return `${name} ${about?.ino} ${about?.size} ${about?.mtimeMs}`
    }),
  )
}

/** A folder that is missing or no folder has no names; reading the menus will say so properly. */
async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => [])
}
