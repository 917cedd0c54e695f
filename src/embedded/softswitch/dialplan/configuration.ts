import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { XMLParser } from 'fast-xml-parser'
import { ConfigurationError, messageOf } from '../../../kernel/index.ts'

/** One XML element: its name, attributes and children in their order. */
export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly Element[]
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * FreeSWITCH's configuration directory, as far as this switch reads it: `vars.xml`, `dialplan/*.xml` and single files
 * of `autoload_configs/` and `sip_profiles/`. X-PRE-PROCESS `set`, `env-set` and `include`, and `$${variable}`, work as in FreeSWITCH.
 */
export class Configuration {
  readonly #folder: string
  readonly #environment: Environment
  readonly #globals: Map<string, string>

  constructor({
    folder,
    environment,
    globals,
  }: { folder: string; environment: Environment; globals: Map<string, string> }) {
    this.#folder = folder
    this.#environment = environment
    this.#globals = globals
  }

  /** Sets the globals `vars.xml` names. Throws ConfigurationError with the file when it cannot be read. */
  readVariables(): void {
    this.#globals.set('conf_dir', resolve(this.#folder))
    this.#read(join(this.#folder, 'vars.xml'))
  }

  /** Every `<context>` of the dialplan, in the order of the files' names. */
  readContexts(): Element[] {
    const folder = join(this.#folder, 'dialplan')
    const names = readdirSync(folder).filter((name) => name.endsWith('.xml'))
    return names.sort().flatMap((name) => findAll(this.#read(join(folder, name)), 'context'))
  }

  /** `<param name value>` of one file of autoload_configs; empty when there is no such file. */
  readSettings(file: string): Map<string, string> {
    return paramsOf(this.readFile(file))
  }

  /** `<param name value>` of one file of sip_profiles; empty when there is no such file. */
  readProfile(file: string): Map<string, string> {
    return paramsOf(this.#readIfThere(join(this.#folder, 'sip_profiles', file)))
  }

  /** The elements of one file of autoload_configs; none when there is no such file. */
  readFile(file: string): readonly Element[] {
    return this.#readIfThere(join(this.#folder, 'autoload_configs', file))
  }

  #readIfThere(path: string): readonly Element[] {
    return existsSync(path) ? this.#read(path) : []
  }

  #read(path: string): readonly Element[] {
    try {
      const text = readFileSync(path, 'utf8')
      return this.#preProcess(parse(text), path)
    } catch (failure) {
      throw new ConfigurationError(`${path}: ${messageOf(failure)}`)
    }
  }

  #preProcess(elements: readonly Element[], path: string): Element[] {
    return elements.flatMap((element) => {
      if (element.name.toUpperCase() !== 'X-PRE-PROCESS') return [this.#expandElement(element, path)]
      return this.#command(element.attributes.cmd ?? '', element.attributes.data ?? '', path)
    })
  }

  #expandElement(element: Element, path: string): Element {
    const entries = Object.entries(element.attributes).map(([name, value]) => [name, this.#expand(value)])
    const attributes: Record<string, string> = Object.fromEntries(entries)
    return { name: element.name, attributes, children: this.#preProcess(element.children, path) }
  }

  #command(command: string, data: string, path: string): Element[] {
    if (command === 'set' || command === 'env-set') this.#set(command, data)
    if (command !== 'include') return []
    const folder = join(dirname(path), dirname(data))
    const pattern = new RegExp(
      `^${data
        .slice(data.lastIndexOf('/') + 1)
        .replace(/[.+^${}()|[\]\\]/g, '\\$&')
        .replace(/\*/g, '.*')}$`,
    )
    const names = readdirSync(folder).filter((name) => pattern.test(name))
    return names.sort().flatMap((name) => [...this.#read(join(folder, name))])
  }

  #set(command: 'set' | 'env-set', data: string): void {
    const [name = '', ...rest] = data.split('=')
    const value = rest.join('=')
    if (command === 'set') this.#globals.set(name.trim(), this.#expand(value))
    const fromEnvironment = this.#environment[value.replace(/^\$/, '')]
    // An empty or missing variable of the environment leaves the default in force.
    if (command === 'env-set' && fromEnvironment) this.#globals.set(name.trim(), fromEnvironment)
  }

  #expand(text: string): string {
    return text.replace(/\$\$\{([^}]+)\}/g, (_whole, name: string) => this.#globals.get(name) ?? '')
  }
}

function paramsOf(elements: readonly Element[]): Map<string, string> {
  return new Map(findAll(elements, 'param').map(({ attributes }) => [attributes.name ?? '', attributes.value ?? '']))
}

export function findAll(elements: readonly Element[], name: string): Element[] {
  return elements.flatMap((element) => (element.name === name ? [element] : findAll(element.children, name)))
}

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseAttributeValue: false,
  ignoreDeclaration: true,
})

function parse(text: string): Element[] {
  return toElements(parser.parse(text, true))
}

/** The parser's nodes, `{ name: children, ':@': attributes }`, in our form; text between elements is dropped. */
function toElements(nodes: unknown): Element[] {
  if (!Array.isArray(nodes)) return []
  return nodes.flatMap((node: Record<string, unknown>) => {
    const name = Object.keys(node).find((key) => key !== ':@')
    if (name === undefined || name === '#text' || name === '#comment') return []
    const attributes = Object.entries(node[':@'] ?? {}).map(([key, value]): [string, string] => [key, String(value)])
    return [{ name, attributes: Object.fromEntries(attributes), children: toElements(node[name]) }]
  })
}
