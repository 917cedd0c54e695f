import { isMap } from 'yaml'
import type { Label } from './menu-snapshot.ts'
import type { Entry, YamlSource } from './yaml-source.ts'

const words = { pattern: /^[^\p{Cc}]{1,80}$/u, expected: 'a text of at most 80 characters' }

/** A key's label: `税务`, which then stands in both languages, or `{ zh: 税务, en: Tax }`, of which one may be left out. */
export function readLabel(yaml: YamlSource, entry: Entry): Label | undefined {
  const text = (each: Entry) => yaml.text(each, words.pattern, words.expected)
  if (!isMap(entry.value)) return both(text(entry))
  const { zh, en } = yaml.fields(entry, '"label"', ['zh', 'en'])
  if (!zh && !en) return yaml.fault(entry.source.line, '"label" needs a text, or "zh", "en" or both')
  const [chinese, english] = [zh && text(zh), en && text(en)]
  return both(chinese ?? english, english)
}

function both(text: string | undefined, english = text): Label | undefined {
  return text === undefined || english === undefined ? undefined : { zh: text, en: english }
}
