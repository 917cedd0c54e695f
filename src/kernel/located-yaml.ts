import { readFile } from 'node:fs/promises'
import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { type Document, isMap, isNode, isSeq, LineCounter, parseDocument, visit } from 'yaml'
import { ConfigurationError } from './errors.ts'

/**
 * A YAML file of settings that knows the line of every key, so that each fault is told as `file:line: …` whichever
 * part of the program reads that part of the file.
 */
export class LocatedYaml {
  readonly content: unknown
  readonly #path: string
  readonly #lines: LineCounter
  readonly #document: Document

  private constructor({ path, lines, document }: { path: string; lines: LineCounter; document: Document }) {
    this.#path = path
    this.#lines = lines
    this.#document = document
    this.content = document.toJS()
  }

  /** Throws {@link ConfigurationError} when the file cannot be read or is no YAML. */
  static async read(path: string): Promise<LocatedYaml> {
    const text = await readFile(path, 'utf8').catch((error: Error) => {
      throw new ConfigurationError(`${path}: cannot be read: ${error.message}`)
    })
    const lines = new LineCounter()
    const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false })
    const where = (offset: number) => `${path}:${lines.linePos(offset).line}`
    refuseFaults(document.errors.map(({ pos, message }) => `${where(pos[0])}: ${message}`))
    refuseFaults(aliasFaults(document, where))
    return new LocatedYaml({ path, lines, document })
  }

  /** `file:line` of a key, or of the nearest thing around it. */
  where(keys: readonly string[]): string {
    return `${this.#path}:${this.#lines.linePos(offsetOf(this.#document, keys)).line}`
  }

  /** What of the content under `keys` does not have the shape of the schema; `say` may word a fault better. */
  shapeFaults(schema: TSchema, { under = [], say = () => undefined }: ShapeOptions = {}): string[] {
    const content = under.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], this.content)
    const errors = Value.Errors(schema, content).filter(
      // Each setting too many is an error by itself, and why every single choice of a union fits not is no help.
      ({ keyword, schemaPath }) => keyword !== 'additionalProperties' && !schemaPath.includes('/anyOf/'),
    )
    return errors.map(({ keyword, instancePath, message }) => {
      const keys = [...under, ...instancePath.split('/').slice(1).map(unescaped)]
      const unknown = keyword === 'boolean' ? `unknown setting ${keys.at(-1)}` : undefined
      return `${this.where(keys)}: ${keys.join('.') || 'the file'}: ${say(keyword, keys) ?? unknown ?? message}`
    })
  }
}

interface ShapeOptions {
  readonly under?: readonly string[]
  readonly say?: (keyword: string, keys: readonly string[]) => string | undefined
}

/** Throws {@link ConfigurationError} with all faults; one said twice is told once: nesting is complained of for every level. */
export function refuseFaults(faults: readonly string[]): void {
  if (faults.length > 0) throw new ConfigurationError([...new Set(faults)].join('\n'))
}

/** An alias can make a few lines stand for gigabytes, and "defaults" does what one is wanted for. */
function aliasFaults(document: Document, where: (offset: number) => string): string[] {
  const faults: string[] = []
  visit(document, {
    Alias: (_, { source, range }) => {
      faults.push(
        `${where(range?.[0] ?? 0)}: aliases such as *${source} are not used here, "defaults" is for all queues`,
      )
    },
  })
  return faults
}

/** A key as JSON Pointer writes it (RFC 6901 section 4). */
function unescaped(key: string): string {
  return key.replaceAll('~1', '/').replaceAll('~0', '~')
}

/** Where a key stands in the file, or the nearest thing around it. */
function offsetOf(document: Document, keys: readonly string[]): number {
  for (let depth = keys.length; depth > 0; depth -= 1) {
    const parent = depth === 1 ? document.contents : document.getIn(keys.slice(0, depth - 1), true)
    const key = keys[depth - 1] ?? ''
    const item = isSeq(parent) ? parent.items[Number(key)] : undefined
    if (isNode(item) && item.range) return item.range[0]
    const pair = isMap(parent) ? parent.items.find((each) => String(each.key) === key) : undefined
    if (pair && isNode(pair.key) && pair.key.range) return pair.key.range[0]
  }
  return 0
}
