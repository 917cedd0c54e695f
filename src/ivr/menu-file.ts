import type { MenuFault } from './menu-fault.ts'
import { readLabel } from './menu-label.ts'
import type { Destination, KeyAction, Line, Menu, QueueTarget, SpokenPrompt } from './menu-snapshot.ts'
import { type Entry, YamlSource } from './yaml-source.ts'

/** What one file holds, read by itself: whether names lead anywhere is `menu-links.ts`'s question. */
export interface MenuFile {
  readonly file: string
  readonly menus: readonly Menu[]
  readonly lines: readonly Line[]
  readonly defaultLine?: { readonly number: string; readonly line: number }
  readonly faults: readonly MenuFault[]
  /** False when it is no YAML at all: then nobody knows what it defines. */
  readonly readable: boolean
}

const name = { pattern: /^[a-z0-9][a-z0-9-]{0,63}$/, expected: 'a name of small letters, digits and hyphens' }
const prompt = {
  pattern: /^([a-z0-9-]+\/)?[a-z0-9][a-z0-9-]{0,63}$/,
  expected: 'the name of a prompt (name, or language/name)',
}
const phoneNumber = { pattern: /^\+?[0-9]{2,20}$/, expected: 'a telephone number' }
const keyPattern = /^[0-9*#A-D]$/
const destinationNames = ['menu', 'queue', 'repeat', 'person', 'hangup'] as const
const actionNames = [...destinationNames, 'label', 'language', 'play', 'skills', 'priority'] as const
const menuNames = ['prompts', 'keys', 'wait', 'attempts', 'invalid', 'silence', 'exhausted'] as const
const lineNames = ['front', 'menu', 'language', 'greeting', 'person'] as const

/** Reads a menu file; `file` is the name used in messages. */
export function parseMenuFile({ file, text }: { file: string; text: string }): MenuFile {
  const yaml = new YamlSource({ file, text })
  if (yaml.root === undefined) return unreadable(file, yaml.faults)
  const top = yaml.fields({ value: yaml.root, source: { file, line: 1 } }, 'the file', [
    'menus',
    'lines',
    'default-line',
  ])
  const reader = new MenuReader(yaml)
  const defaultLine = top['default-line']
  const number = defaultLine && yaml.text(defaultLine, phoneNumber.pattern, phoneNumber.expected)
  return {
    file,
    menus: reader.menus(top.menus),
    lines: reader.lines(top.lines),
    ...(defaultLine && number !== undefined && { defaultLine: { number, line: defaultLine.source.line } }),
    faults: yaml.faults,
    readable: true,
  }
}

/** A file that defines nothing because it cannot be read. */
export function unreadable(file: string, faults: readonly MenuFault[]): MenuFile {
  return { file, menus: [], lines: [], faults, readable: false }
}

/** Turns entries into menus and lines; whatever is wrong is noted in `yaml.faults`, and a usable guess goes on. */
class MenuReader {
  readonly #yaml: YamlSource

  constructor(yaml: YamlSource) {
    this.#yaml = yaml
  }

  menus(top: Entry | undefined): Menu[] {
    if (top === undefined) return []
    return this.#yaml.entries(top.value, '"menus"', top.source.line).map((entry) => this.#menu(entry))
  }

  lines(top: Entry | undefined): Line[] {
    if (top === undefined) return []
    return this.#yaml.entries(top.value, '"lines"', top.source.line).map((entry) => this.#line(entry))
  }

  #menu(entry: Entry): Menu {
    this.#named(entry, 'menu', name)
    const given = this.#yaml.fields(entry, `menu "${entry.key}"`, menuNames)
    if (given.prompts === undefined) this.#missing(entry, `menu "${entry.key}" needs "prompts"`)
    if (given.keys === undefined) this.#missing(entry, `menu "${entry.key}" needs "keys"`)
    return {
      id: entry.key,
      prompts: this.#prompts(given.prompts),
      keys: this.#keys(given.keys),
      waitSeconds: this.#number(given.wait, { from: 1, to: 60, whole: false }, 6),
      attempts: this.#number(given.attempts, { from: 1, to: 10, whole: true }, 3),
      invalid: this.#prompts(given.invalid, 'invalid-key'),
      silence: this.#prompts(given.silence, 'no-input'),
      exhausted: this.#exhausted(given.exhausted),
      source: entry.source,
    }
  }

  #line(entry: Entry): Line {
    this.#named(entry, 'line', phoneNumber)
    const given = this.#yaml.fields(entry, `line "${entry.key}"`, lineNames)
    const front = given.front && this.#yaml.text(given.front, /^(menu|direct)$/, '"menu" or "direct"')
    const menu = given.menu && this.#yaml.text(given.menu, name.pattern, name.expected)
    if (given.front === undefined) this.#missing(entry, `line "${entry.key}" needs "front": menu or direct`)
    if (front === 'menu' && !given.menu) this.#missing(entry, `line "${entry.key}" has front menu, so it needs "menu"`)
    if (front === 'direct' && given.menu)
      this.#missing(given.menu, `line "${entry.key}" has front direct, so it has no "menu"`)
    if (given.language === undefined) this.#missing(entry, `line "${entry.key}" needs "language"`)
    return {
      number: entry.key,
      front: front === 'direct' ? 'direct' : 'menu',
      language: (given.language && this.#yaml.text(given.language, name.pattern, name.expected)) ?? '',
      greeting: this.#prompts(given.greeting),
      ...(menu !== undefined && { menu }),
      person: this.#person(entry, given.person),
      source: entry.source,
    }
  }

  #person(line: Entry, entry: Entry | undefined): QueueTarget {
    if (entry === undefined) {
      this.#missing(line, `line "${line.key}" needs "person": the queue that 0 and every dead end lead to`)
      return { queue: '', skills: [], priority: 0 }
    }
    const given = this.#yaml.fields(entry, '"person"', ['queue', 'skills', 'priority'])
    if (given.queue === undefined) this.#missing(entry, '"person" needs "queue"')
    return this.#target(given)
  }

  #keys(entry: Entry | undefined): ReadonlyMap<string, KeyAction> {
    if (entry === undefined) return new Map()
    const keys = this.#yaml.entries(entry.value, '"keys"', entry.source.line)
    for (const { key, source } of keys) {
      if (key === '0') this.#yaml.fault(source.line, 'key 0 always leads to a person and is not given in a menu')
      else if (!keyPattern.test(key)) this.#yaml.fault(source.line, `"${key}" is not a key: 1 to 9, "*", "#" or A to D`)
    }
    return new Map(keys.map((key) => [key.key, this.#action(key)]))
  }

  #action(entry: Entry): KeyAction {
    const what = `key ${entry.key}`
    const { source } = entry
    const word = this.#yaml.plain(entry)
    if (word !== undefined) return { play: [], to: this.#word(entry, word, what), source }
    const given = this.#yaml.fields(entry, what, actionNames)
    const label = given.label && readLabel(this.#yaml, given.label)
    const language = given.language && this.#yaml.text(given.language, name.pattern, name.expected)
    const to = this.#destination(given, entry, what)
    if (to === undefined && !given.language && !given.play) {
      this.#yaml.fault(
        source.line,
        `${what} does nothing; it needs one of ${destinationNames.join(', ')}, or language, or play`,
      )
    }
    return {
      ...(label !== undefined && { label }),
      ...(language !== undefined && { language }),
      play: this.#prompts(given.play),
      to: to ?? { kind: 'repeat' },
      source,
    }
  }

  /** `exhausted` may not repeat or hang up: a hotline never throws a caller out. */
  #exhausted(entry: Entry | undefined): Destination {
    if (entry === undefined) return { kind: 'person' }
    const word = this.#yaml.plain(entry)
    if (word === 'person') return { kind: 'person' }
    const given =
      word === undefined ? this.#yaml.fields(entry, '"exhausted"', ['menu', 'queue', 'skills', 'priority']) : undefined
    const to = given && this.#destination(given, entry, '"exhausted"')
    if (to === undefined) {
      const why = word === 'hangup' ? ': a hotline never throws a caller out' : ''
      this.#yaml.fault(entry.source.line, `"exhausted" must be person, or lead to a menu or a queue${why}`)
    }
    return to ?? { kind: 'person' }
  }

  #destination(
    given: Partial<Record<(typeof actionNames)[number], Entry>>,
    entry: Entry,
    what: string,
  ): Destination | undefined {
    const [first, second] = destinationNames.flatMap((destination) => given[destination] ?? [])
    if (first && second)
      this.#yaml.fault(second.source.line, `${what} leads to "${first.key}" and to "${second.key}"; only one can be`)
    if (!given.queue && (given.skills ?? given.priority)) {
      this.#yaml.fault(entry.source.line, `${what} has skills or priority, which mean nothing without "queue"`)
    }
    if (given.queue) return { kind: 'queue', ...this.#target(given) }
    if (given.menu) return { kind: 'menu', menu: this.#yaml.text(given.menu, name.pattern, name.expected) ?? '' }
    if (first === undefined) return undefined
    this.#yaml.text(first, /^true$/, 'true or left out')
    return { kind: first.key as 'repeat' | 'person' | 'hangup' }
  }

  #target(given: { queue?: Entry; skills?: Entry; priority?: Entry }): QueueTarget {
    return {
      queue: (given.queue && this.#yaml.text(given.queue, name.pattern, name.expected)) ?? '',
      skills: given.skills ? this.#yaml.texts(given.skills, name.pattern, name.expected) : [],
      priority: this.#number(given.priority, { from: 0, to: 100, whole: true }, 0),
    }
  }

  #word(entry: Entry, word: string, what: string): Destination {
    if (word === 'repeat' || word === 'person' || word === 'hangup') return { kind: word }
    this.#yaml.fault(
      entry.source.line,
      `${what} must be repeat, person, hangup or a mapping, not "${word.slice(0, 60)}"`,
    )
    return { kind: 'person' }
  }

  #prompts(entry: Entry | undefined, otherwise?: string): SpokenPrompt[] {
    if (entry === undefined) return otherwise === undefined ? [] : [{ name: otherwise }]
    const texts = this.#yaml.texts(entry, prompt.pattern, prompt.expected)
    return texts.map((text) => {
      const [first = text, second] = text.split('/')
      return second === undefined ? { name: first } : { language: first, name: second }
    })
  }

  #number(entry: Entry | undefined, range: { from: number; to: number; whole: boolean }, otherwise: number): number {
    return (entry && this.#yaml.number(entry, range)) ?? otherwise
  }

  #named(entry: Entry, what: string, { pattern, expected }: { pattern: RegExp; expected: string }): void {
    if (!pattern.test(entry.key))
      this.#yaml.fault(entry.source.line, `${what} "${entry.key}": the name must be ${expected}`)
  }

  #missing(entry: Entry, message: string): void {
    this.#yaml.fault(entry.source.line, message)
  }
}
