import type { MenuFault } from './menu-fault.ts'
import type { MenuFile } from './menu-file.ts'
import type { Destination, Line, Menu, QueueTarget, Source, SpokenPrompt } from './menu-snapshot.ts'
import { menuExits, reachableMenus } from './menu-walks.ts'
import { didYouMean } from './nearest-name.ts'
import { type PromptShelf, queueMusic, requiredPrompts } from './prompt-shelf.ts'

export interface LinkTargets {
  readonly prompts: PromptShelf
  /** Names of the queues there are; undefined when nobody knows them yet and they are taken on trust. */
  readonly queues?: ReadonlySet<string>
}

/** Checks what needs all files together: that every name used is defined somewhere, and every menu can be left. */
export function checkLinks(files: readonly MenuFile[], targets: LinkTargets): MenuFault[] {
  return new LinkCheck(files, targets).run()
}

class LinkCheck {
  readonly #files: readonly MenuFile[]
  readonly #targets: LinkTargets
  readonly #menus = new Map<string, Menu>()
  readonly #lines = new Map<string, Line>()
  readonly #faults: MenuFault[] = []

  constructor(files: readonly MenuFile[], targets: LinkTargets) {
    this.#files = files
    this.#targets = targets
  }

  run(): MenuFault[] {
    for (const file of this.#files) this.#collect(file)
    for (const line of this.#lines.values()) this.#checkLine(line)
    for (const menu of this.#menus.values()) this.#checkMenu(menu)
    this.#checkDefaultLine()
    this.#checkWalks()
    this.#checkRequiredPrompts()
    return this.#faults
  }

  #collect({ menus, lines }: MenuFile): void {
    for (const menu of menus) this.#define(this.#menus, menu.id, menu, `menu "${menu.id}"`)
    for (const line of lines) this.#define(this.#lines, line.number, line, `line "${line.number}"`)
  }

  #define<T extends { source: Source }>(all: Map<string, T>, id: string, defined: T, what: string): void {
    const before = all.get(id)
    if (before === undefined) all.set(id, defined)
    else this.#fault(defined.source, `${what} is defined already in ${before.source.file}:${before.source.line}`)
  }

  #checkLine(line: Line): void {
    const what = `line "${line.number}"`
    this.#checkLanguage(line.source, what, line.language)
    this.#checkTarget(line.source, what, line.person)
    this.#checkPrompts(line.source, what, line.greeting)
    if (line.menu !== undefined) this.#checkDestination(line.source, what, { kind: 'menu', menu: line.menu })
  }

  #checkMenu(menu: Menu): void {
    const what = `menu "${menu.id}"`
    this.#checkPrompts(menu.source, what, [...menu.prompts, ...menu.invalid, ...menu.silence])
    this.#checkDestination(menu.source, `${what}, exhausted,`, menu.exhausted)
    for (const [key, action] of menu.keys) {
      this.#checkPrompts(action.source, `key ${key}`, action.play)
      this.#checkDestination(action.source, `key ${key}`, action.to)
      if (action.language !== undefined) this.#checkLanguage(action.source, `key ${key}`, action.language)
    }
  }

  #checkDestination(source: Source, what: string, to: Destination): void {
    if (to.kind === 'queue') this.#checkTarget(source, what, to)
    if (to.kind !== 'menu' || to.menu === '' || this.#menus.has(to.menu)) return
    this.#fault(
      source,
      `${what} leads to "${to.menu}", which no menu defines${didYouMean(to.menu, this.#menus.keys())}`,
    )
  }

  #checkTarget(source: Source, what: string, { queue }: QueueTarget): void {
    const { queues } = this.#targets
    if (queue === '' || queues === undefined || queues.has(queue)) return
    this.#fault(source, `${what} leads to queue "${queue}", which is not configured${didYouMean(queue, queues)}`)
  }

  #checkLanguage(source: Source, what: string, language: string): void {
    const { languages } = this.#targets.prompts
    if (language === '' || languages.includes(language)) return
    const known = `known are ${languages.join(', ') || 'none'}`
    this.#fault(source, `${what} names language "${language}", which has no prompts (${known})`)
  }

  #checkPrompts(source: Source, what: string, prompts: readonly SpokenPrompt[]): void {
    for (const { language, name } of prompts) {
      for (const spokenIn of language === undefined ? this.#targets.prompts.languages : [language]) {
        if (this.#targets.prompts.has({ language: spokenIn, name })) continue
        this.#fault(source, `${what} says "${name}", but prompts/${spokenIn}/${name}.wav does not exist`)
      }
    }
  }

  #checkDefaultLine(): void {
    const given = this.#files.flatMap(({ file, defaultLine }) => (defaultLine ? [{ ...defaultLine, file }] : []))
    for (const { number, ...source } of given) {
      if (!this.#lines.has(number)) this.#fault(source, `"default-line" names "${number}", which no line defines`)
    }
    const [first, second] = given
    if (first && second) this.#fault(second, `"default-line" is given already in ${first.file}:${first.line}`)
    const anyLine = [...this.#lines.values()][0]
    if (anyLine === undefined) this.#fault(this.#anywhere(), 'no file defines "lines": which number leads where')
    else if (!first && this.#lines.size > 1) {
      this.#fault(
        anyLine.source,
        'with several lines, "default-line" must name the one that answers for any other number',
      )
    }
  }

  #checkWalks(): void {
    const reached = reachableMenus(this.#menus, [...this.#lines.values()])
    const exits = menuExits(this.#menus)
    for (const menu of this.#menus.values()) {
      if (!reached.has(menu.id)) this.#fault(menu.source, `menu "${menu.id}" is never reached by any line or key`)
      if (!exits.byKeys.has(menu.id)) {
        this.#fault(
          menu.source,
          `menu "${menu.id}": no key leads out to a queue, a person or a hang-up, not even through other menus`,
        )
      }
      if (!exits.bySilence.has(menu.id)) {
        this.#fault(
          menu.source,
          `menu "${menu.id}": a silent caller goes round for ever, "exhausted" only leads from menu to menu`,
        )
      }
    }
  }

  #checkRequiredPrompts(): void {
    if (!this.#targets.prompts.has(queueMusic)) {
      this.#fault(this.#anywhere(), 'prompts/music/queue.wav does not exist: what waiting callers hear')
    }
    for (const language of this.#targets.prompts.languages) {
      const missing = requiredPrompts(language).filter((name) => !this.#targets.prompts.has({ language, name }))
      if (missing.length === 0) continue
      this.#fault(
        this.#anywhere(),
        `language "${language}" lacks prompts that every language needs: ${missing.join(', ')}`,
      )
    }
  }

  #anywhere(): Source {
    return { file: this.#files[0]?.file ?? 'ivr/menus', line: 1 }
  }

  #fault({ file, line }: Source, message: string): void {
    this.#faults.push({ file, line, message })
  }
}
