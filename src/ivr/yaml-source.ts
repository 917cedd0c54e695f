import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from 'yaml'
import type { MenuFault } from './menu-fault.ts'
import type { Source } from './menu-snapshot.ts'
import { didYouMean } from './nearest-name.ts'

/** One `key: value` of a mapping. A value left out is undefined. */
export interface Entry {
  readonly key: string
  readonly value: Node | undefined
  readonly source: Source
}

const largestFile = 256 * 1024

/**
 * A YAML file whose every value knows its line. Reading a value of the wrong kind notes a fault and answers
 * undefined, so that one pass finds everything that is wrong.
 */
export class YamlSource {
  readonly file: string
  readonly faults: MenuFault[] = []
  readonly #lines = new LineCounter()
  readonly root: Node | undefined

  constructor({ file, text }: { file: string; text: string }) {
    this.file = file
    this.root = this.#parse(text)
  }

  fault(line: number, message: string): undefined {
    this.faults.push({ file: this.file, line, message })
    return undefined
  }

  /** The entries of a mapping; `what` names it in messages, as in `"lines" must be a mapping`. */
  entries(node: Node | undefined, what: string, line: number): Entry[] {
    if (!isMap(node)) {
      this.fault(node === undefined ? line : this.#lineOf(node), `${what} must be a mapping (name: value)`)
      return []
    }
    const seen = new Map<string, Entry>()
    for (const pair of node.items) this.#take(seen, pair.key, pair.value, what)
    return [...seen.values()]
  }

  /** The entries of a mapping whose field names are given beforehand. */
  fields<Name extends string>(
    entry: Pick<Entry, 'value' | 'source'>,
    what: string,
    names: readonly Name[],
  ): Partial<Record<Name, Entry>> {
    const found: Partial<Record<Name, Entry>> = {}
    for (const field of this.entries(entry.value, what, entry.source.line)) {
      const name = names.find((known) => known === field.key)
      if (name !== undefined) found[name] = field
      else this.fault(field.source.line, `${what} has no field "${field.key}"${didYouMean(field.key, names)}`)
    }
    return found
  }

  text(entry: Entry, pattern: RegExp, expected: string): string | undefined {
    const text = this.plain(entry)
    if (text !== undefined && pattern.test(text)) return text
    return this.fault(entry.source.line, `"${entry.key}" must be ${expected}${this.#found(entry)}`)
  }

  number(entry: Entry, { from, to, whole }: { from: number; to: number; whole: boolean }): number | undefined {
    const value = isScalar(entry.value) ? entry.value.value : undefined
    const fits = typeof value === 'number' && value >= from && value <= to && (!whole || Number.isInteger(value))
    if (fits) return value
    const kind = whole ? 'a whole number' : 'a number'
    return this.fault(entry.source.line, `"${entry.key}" must be ${kind} from ${from} to ${to}${this.#found(entry)}`)
  }

  /** A list of texts; a single text stands for a list of one. */
  texts(entry: Entry, pattern: RegExp, expected: string): string[] {
    if (!isSeq(entry.value)) {
      const single = this.text(entry, pattern, `${expected} or a list of such`)
      return single === undefined ? [] : [single]
    }
    return entry.value.items.flatMap((item) => {
      const node = isNode(item) ? item : undefined
      const source = { file: this.file, line: node === undefined ? entry.source.line : this.#lineOf(node) }
      return this.text({ key: entry.key, value: node, source }, pattern, `a list, each of it ${expected}`) ?? []
    })
  }

  /** A scalar's text as it was written, whether YAML takes it for a number or a word. */
  plain({ value }: Entry): string | undefined {
    if (!isScalar(value) || value.value === null) return undefined
    return typeof value.value === 'string' ? value.value : (value.source ?? String(value.value))
  }

  #take(seen: Map<string, Entry>, keyNode: unknown, value: unknown, what: string): void {
    const line = isNode(keyNode) ? this.#lineOf(keyNode) : 1
    const source = { file: this.file, line }
    const key = isScalar(keyNode) ? this.plain({ key: '', value: keyNode, source }) : undefined
    if (key === undefined) {
      this.fault(line, `${what} has a name that is not a plain word or number`)
      return
    }
    const before = seen.get(key)
    if (before === undefined) seen.set(key, { key, value: isNode(value) ? value : undefined, source })
    else this.fault(line, `${what} has "${key}" twice, first in line ${before.source.line}`)
  }

  #parse(text: string): Node | undefined {
    if (text.length > largestFile) return this.fault(1, `the file is larger than ${largestFile / 1024} kB`)
    const document = this.#document(text)
    if (document === undefined) return undefined
    if (this.#isBroken(document, text.split('\n')) || this.#usesAnchors(document)) return undefined
    return this.#contents(document)
  }

  /** A tag that YAML does not know is only a warning to the parser; to whoever wrote it, it is a mistake. */
  #isBroken({ errors, warnings }: Document.Parsed, text: readonly string[]): boolean {
    const told = new Set<string>()
    for (const { pos, message } of [...errors, ...warnings]) {
      const { line } = this.#lines.linePos(pos[0])
      const words = plainMessage(message, text[line - 1] ?? '')
      // Nesting without end is complained of once for every level.
      if (!told.has(`${line} ${words}`)) this.fault(line, words)
      told.add(`${line} ${words}`)
    }
    return told.size > 0
  }

  #document(text: string): Document.Parsed | undefined {
    try {
      return parseDocument(text, {
        lineCounter: this.#lines,
        prettyErrors: false,
        uniqueKeys: false,
        // 'silent' would also keep quiet about a second document, and drop it.
        logLevel: 'error',
      })
    } catch (thrown) {
      // The parser recurses, so nesting without end overflows its stack.
      return this.fault(1, `the file cannot be read as YAML: ${thrown instanceof RangeError ? tooDeep : thrown}`)
    }
  }

  /** An alias can make a few lines stand for gigabytes, and no menu needs one. */
  #usesAnchors(document: Document.Parsed): boolean {
    const before = this.faults.length
    visit(document, {
      Alias: (_, node) =>
        void this.fault(
          this.#lineOf(node),
          `aliases such as *${node.source} are not used in menu files (a key * is written "*")`,
        ),
      Value: (_, node) => {
        if (node.anchor !== undefined)
          this.fault(this.#lineOf(node), `anchors such as &${node.anchor} are not used in menu files`)
      },
    })
    return this.faults.length > before
  }

  #contents(document: Document.Parsed): Node | undefined {
    const contents: unknown = document.contents
    if (isNode(contents) && !(isScalar(contents) && contents.value === null)) return contents
    return this.fault(1, 'the file is empty; it needs "menus", "lines" or both')
  }

  #lineOf(node: Node): number {
    return this.#lines.linePos(node.range?.[0] ?? 0).line
  }

  #found({ value }: Pick<Entry, 'value'>): string {
    if (isMap(value)) return ', not a mapping'
    if (isSeq(value)) return ', not a list'
    if (!isScalar(value) || value.value === null) return ', but nothing is given'
    return `, not "${String(value.source ?? value.value).slice(0, 60)}"`
  }
}

const tooDeep = 'nested too deeply'

/** The parser's words, with the advice its commonest complaints lack. */
function plainMessage(message: string, line: string): string {
  if (/^tabs /i.test(message)) return 'a tab is used for indentation; YAML allows spaces only'
  if (/call stack/i.test(message)) return tooDeep
  if (/multiple documents/.test(message)) return 'a second document begins here ("---"); a menu file holds one'
  if (/^\s*\*\s*:/.test(line)) return 'the key * is written "*", with quotes: YAML means something else by a bare *'
  return message
}
