import { thirdOutcomes } from '../texts/call-codes.ts'
import { code } from '../texts/codes.ts'
import { mark } from '../texts/marks.ts'
import { textOfCode } from '../texts/texts.ts'
import { lasting, moment } from '../texts/times.ts'
import { fieldNames, unnamedFields } from './fact-fields.ts'
import { factNames } from './fact-names.ts'
import { fieldValues, reasonsAbout } from './fact-values.ts'
import { roomText } from './texts.ts'

/** A fact of a call in words; one that is newer than this page by its own name. */
export const factName = (type: string): string => textOfCode(factNames, type)

/** Names the keys of a menu path. */
type PathNames = (path: readonly string[]) => readonly string[]

/** What a fact says besides the ids that all facts of the call have, in words. */
export function factDetails(data: Readonly<Record<string, unknown>>, pathNames: PathNames): string {
  const hidden: readonly string[] = unnamedFields
  return Object.entries(data)
    .filter(([field, value]) => !hidden.includes(field) && !saysNothing(field, value))
    .map(([field, value]) => [textOfCode(fieldNames, field), valueText(field, value, pathNames)].join(mark('colon')))
    .join(mark('semicolon'))
}

/** Also that a call was not found under way, which is so of nearly all. */
function saysNothing(field: string, value: unknown): boolean {
  if (field === 'adopted') return value === false
  // Nothing was said in SIP.
  if (field === 'sipStatus') return value === 0
  return value === null || value === '' || (Array.isArray(value) && value.length === 0)
}

/** Fields whose values the pages name everywhere. */
const kindOfField: Readonly<Record<string, Parameters<typeof code>[0]>> = {
  queue: 'queues',
  skills: 'queues',
  language: 'languages',
  callerNumber: 'numbers',
}

function valueText(field: string, value: unknown, pathNames: PathNames): string {
  if (Array.isArray(value)) {
    const texts = value.map((each) => valueText(field, each, pathNames))
    return /path$/i.test(field) ? pathNames(texts).join(' › ') : texts.join(mark('comma'))
  }
  if (typeof value === 'boolean') return roomText(value ? 'yes' : 'no')
  if (typeof value === 'number') return numberText(field, value)
  const text = String(value)
  const kind = kindOfField[field]
  if (kind) return code(kind, text)
  return (field === 'reason' && reasonText(text)) || textOfCode(fieldValues[field] ?? {}, text)
}

/** Fields end in what they are counted in. */
function numberText(field: string, value: number): string {
  if (field.endsWith('Ms')) return lasting(value)
  return field.endsWith('At') || field === 'keepUntil' ? moment(value) : String(value)
}

function reasonText(text: string): string | undefined {
  const begin = Object.keys(reasonsAbout).find((words) => text.startsWith(words))
  if (begin === undefined) return undefined
  return textOfCode(reasonsAbout, begin) + textOfCode(thirdOutcomes, text.slice(begin.length))
}
