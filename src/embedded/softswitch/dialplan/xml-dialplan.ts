import type { Channel } from '../core/channel.ts'
import { expand, readVariable, type Variables } from '../core/expand.ts'
import type { ApplicationCall } from '../core/step.ts'
import type { Dialplan, Route } from '../core/switch-core.ts'
import { type Element, findAll } from './configuration.ts'

type Break = 'on-false' | 'on-true' | 'always' | 'never'

interface Condition {
  readonly field: string
  readonly expression: RegExp | undefined
  readonly break: Break
  readonly actions: readonly ApplicationCall[]
  readonly antiActions: readonly ApplicationCall[]
}

interface Extension {
  readonly name: string
  readonly continues: boolean
  readonly conditions: readonly Condition[]
}

/** FreeSWITCH's XML dialplan: contexts of extensions, whose conditions collect actions (mod_dialplan_xml). */
export class XmlDialplan implements Dialplan {
  readonly #globals: Variables
  #contexts = new Map<string, readonly Extension[]>()

  constructor({ globals }: { globals: Variables }) {
    this.#globals = globals
  }

  /** Takes the rules over. Throws when a regular expression cannot be read, and then the old rules stay. */
  load(contexts: readonly Element[]): void {
    this.#contexts = new Map(
      contexts.map((context) => [
        context.attributes.name ?? '',
        findAll(context.children, 'extension').map(toExtension),
      ]),
    )
  }

  find(channel: Channel, { context }: Route): readonly ApplicationCall[] | undefined {
    const found: ApplicationCall[] = []
    let matched = false
    for (const extension of this.#contexts.get(context) ?? []) {
      const result = this.#collect(extension, channel)
      found.push(...result.actions)
      matched ||= result.matched
      if (result.matched && !extension.continues) break
    }
    return matched ? found : undefined
  }

  #collect({ conditions }: Extension, channel: Channel): { matched: boolean; actions: ApplicationCall[] } {
    const actions: ApplicationCall[] = []
    let matched = false
    for (const condition of conditions) {
      const groups = this.#match(condition, channel)
      const pass = groups !== undefined
      matched = pass
      actions.push(...(pass ? condition.actions : condition.antiActions).map((action) => insertGroups(action, groups)))
      if (endsExtension(condition.break, pass)) break
    }
    return { matched: matched || actions.length > 0, actions }
  }

  /** The groups of the match, or undefined when the condition does not hold. One without expression always holds. */
  #match({ field, expression }: Condition, channel: Channel): readonly string[] | undefined {
    if (expression === undefined) return []
    const value = field.includes('${')
      ? expand(field, channel, this.#globals)
      : (readVariable(field, channel, this.#globals) ?? '')
    const match = expression.exec(value)
    return match === null ? undefined : [...match].map((group) => group ?? '')
  }
}

function endsExtension(rule: Break, pass: boolean): boolean {
  if (rule === 'always') return true
  if (rule === 'never') return false
  return rule === 'on-true' ? pass : !pass
}

function insertGroups({ name, data }: ApplicationCall, groups: readonly string[] | undefined): ApplicationCall {
  if (groups === undefined) return { name, data }
  return { name, data: data.replace(/\$(\d)/g, (_whole, number: string) => groups[Number(number)] ?? '') }
}

function toExtension({ attributes, children }: Element): Extension {
  const conditions = children.filter((child) => child.name === 'condition')
  return {
    name: attributes.name ?? '',
    continues: attributes.continue === 'true',
    conditions: conditions.map(toCondition),
  }
}

function toCondition({ attributes, children }: Element): Condition {
  return {
    field: attributes.field ?? '',
    expression: attributes.expression === undefined ? undefined : new RegExp(attributes.expression),
    break: toBreak(attributes.break),
    actions: toCalls(children, 'action'),
    antiActions: toCalls(children, 'anti-action'),
  }
}

function toBreak(text: string | undefined): Break {
  return text === 'on-true' || text === 'always' || text === 'never' ? text : 'on-false'
}

function toCalls(children: readonly Element[], name: string): ApplicationCall[] {
  return children
    .filter((child) => child.name === name)
    .map(({ attributes }) => ({ name: attributes.application ?? '', data: attributes.data ?? '' }))
}
