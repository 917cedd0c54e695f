import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { isAbsolute, join, relative } from 'node:path'
import { messageOf } from '../kernel/index.ts'
import { inReadingOrder, MenusRefused } from './menu-fault.ts'
import { type MenuFile, parseMenuFile, unreadable } from './menu-file.ts'
import { checkLinks } from './menu-links.ts'
import type { Line, MenuSnapshot } from './menu-snapshot.ts'
import { type PromptShelf, readPromptShelf } from './prompt-shelf.ts'

export interface MenuFolder {
  readonly menusDir: string
  readonly promptsDir: string
  /** Names of the queues there are; undefined when they are taken on trust. */
  readonly queues?: ReadonlySet<string>
}

/** Reads and checks every `*.yaml` of the folder. Throws MenusRefused with everything found. */
export async function readMenus({ menusDir, promptsDir, queues }: MenuFolder): Promise<MenuSnapshot> {
  const shown = shownPath(menusDir)
  const prompts = await orRefused(shownPath(promptsDir), () => readPromptShelf(promptsDir))
  const texts = await orRefused(shown, () => readTexts(menusDir))
  if (texts.length === 0) throw new MenusRefused([{ file: shown, line: 1, message: 'there is no *.yaml file in it' }])

  const files = texts.map(({ name, bytes }) => parse(join(shown, name), bytes))
  // What an unreadable file defines would be reported as missing all over the others.
  const linkFaults = files.every(({ readable }) => readable)
    ? checkLinks(files, { prompts, ...(queues && { queues }) })
    : []
  const faults = [...files.flatMap((file) => file.faults), ...linkFaults]
  if (faults.length > 0) throw new MenusRefused(inReadingOrder(faults))
  return assembled(files, prompts, versionOf(texts.map(({ bytes }) => bytes)))
}

function parse(file: string, bytes: Uint8Array): MenuFile {
  try {
    return parseMenuFile({ file, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) })
  } catch (thrown) {
    return unreadable(file, [{ file, line: 1, message: `the file is not UTF-8 text: ${messageOf(thrown)}` }])
  }
}

function assembled(files: readonly MenuFile[], prompts: PromptShelf, version: string): MenuSnapshot {
  const lines = new Map(files.flatMap((file) => file.lines.map((line) => [line.number, line] as const)))
  const menus = new Map(files.flatMap((file) => file.menus.map((menu) => [menu.id, menu] as const)))
  return { version, languages: prompts.languages, lines, defaultLine: defaultOf(files, lines), menus }
}

function defaultOf(files: readonly MenuFile[], lines: ReadonlyMap<string, Line>): Line {
  const named = files.flatMap((file) => file.defaultLine?.number ?? [])[0]
  const line = named === undefined ? [...lines.values()][0] : lines.get(named)
  if (line === undefined) throw new Error('checkLinks lets no menus pass without a default line')
  return line
}

async function readTexts(menusDir: string): Promise<{ name: string; bytes: Uint8Array }[]> {
  const names = (await readdir(menusDir)).filter((name) => /^[^.].*\.ya?ml$/.test(name)).sort()
  return Promise.all(names.map(async (name) => ({ name, bytes: await readFile(join(menusDir, name)) })))
}

async function orRefused<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (thrown) {
    throw new MenusRefused([{ file, line: 1, message: `cannot be read: ${messageOf(thrown)}` }])
  }
}

function versionOf(texts: readonly Uint8Array[]): string {
  const hash = createHash('sha256')
  for (const text of texts) hash.update(text).update('\0')
  return hash.digest('hex').slice(0, 12)
}

/** The way a reader would open it: relative to where the process runs, unless it lies outside. */
function shownPath(path: string): string {
  const near = relative(process.cwd(), path)
  return near.startsWith('..') || isAbsolute(near) ? path : near || '.'
}
