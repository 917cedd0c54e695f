import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type IvrCommand, type MenuFolder, type MenuSnapshot, MenusRefused, readMenus } from '../../../src/ivr/index.ts'
import { projectRoot } from '../../../src/kernel/index.ts'

export const promptsDir = join(projectRoot(), 'ivr/prompts')
export const queues: ReadonlySet<string> = new Set(['general', 'tax', 'night'])

/** Two menus, one behind the other, in which nothing is wrong. */
export const soundMenu = `default-line: "12345"
lines:
  "12345":
    front: menu
    language: cmn
    greeting: welcome
    menu: first
    person: { queue: general }
menus:
  first:
    prompts: [cmn/choose-language, en/choose-language]
    keys:
      1: { label: 税务, menu: second }
      2: { label: English, language: en, menu: second }
      9: repeat
  second:
    prompts: choose-tax
    wait: 4
    attempts: 2
    keys:
      1: { queue: tax, skills: [income], priority: 2 }
      2: { play: goodbye, hangup: true }
      "*": { menu: first }
`

/** The sound menu with `from` replaced, which must be there. */
export function soundMenuWith(from: string, to: string): string {
  if (!soundMenu.includes(from)) throw new Error(`the sound menu has no ${from}`)
  return soundMenu.replace(from, to)
}

export interface TemporaryMenus {
  readonly folder: MenuFolder
  write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void>
  remove(file: string): Promise<void>
}

/** A folder of menu files that is removed after the test; the prompts are those of the repository. */
export async function temporaryMenus(files: Readonly<Record<string, string | Uint8Array>>): Promise<TemporaryMenus> {
  const menusDir = await temporaryFolder()
  const menus: TemporaryMenus = {
    folder: { menusDir, promptsDir, queues },
    async write(changed) {
      for (const [file, content] of Object.entries(changed)) await writeFile(join(menusDir, file), content)
    },
    remove: (file) => rm(join(menusDir, file)),
  }
  await menus.write(files)
  return menus
}

/** The repository's prompts in these folders only, and without those named, e.g. `en/welcome`. */
export async function somePrompts({
  folders,
  without,
}: {
  folders: readonly string[]
  without: readonly string[]
}): Promise<string> {
  const folder = await temporaryFolder()
  for (const language of folders) {
    await mkdir(join(folder, language))
    for (const file of await readdir(join(promptsDir, language))) {
      if (without.includes(`${language}/${basename(file, '.wav')}`)) continue
      await symlink(join(promptsDir, language, file), join(folder, language, file))
    }
  }
  return folder
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'yihao-ivr-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Every fault as `main.yaml:7: …`, in the order of telling; none when the menus are good. */
export async function faultsOf(folder: MenuFolder): Promise<string[]> {
  try {
    await readMenus(folder)
    return []
  } catch (thrown) {
    if (!(thrown instanceof MenusRefused)) throw thrown
    return thrown.faults.map(({ file, line, message }) => `${basename(file)}:${line}: ${message}`)
  }
}

/** The faults of one file, `main.yaml`. */
export async function faultsIn(content: string | Uint8Array): Promise<string[]> {
  const { folder } = await temporaryMenus({ 'main.yaml': content })
  return faultsOf(folder)
}

export async function menusOf(content: string): Promise<MenuSnapshot> {
  const { folder } = await temporaryMenus({ 'main.yaml': content })
  return readMenus(folder)
}

/** The prompts that the commands play, as `cmn/welcome`. */
export const said = (commands: readonly IvrCommand[]) =>
  commands.flatMap((command) => (command.kind === 'play' ? command.prompts.map((p) => `${p.language}/${p.name}`) : []))
