/** A dial string taken apart: `{a=1,b='x,y'}[c=2]sofia/edge/sip:1001@host`. */
export interface DialString {
  variables: Map<string, string>
  endpoint: string
}

/** Later variables win; unbalanced brackets leave the rest as endpoint, which then is not found. */
export function parseDialString(text: string): DialString {
  const variables = new Map<string, string>()
  let rest = text.trim()
  for (const [open, close] of brackets) {
    while (rest.startsWith(open)) {
      const end = closingIndex(rest, close)
      if (end < 0) return { variables, endpoint: rest }
      for (const [name, value] of parseVariables(rest.slice(1, end))) variables.set(name, value)
      rest = rest.slice(end + 1).trim()
    }
  }
  return { variables, endpoint: rest }
}

const brackets = [
  ['<', '>'],
  ['{', '}'],
  ['[', ']'],
] as const

/** Where `close` stands outside quotes. */
function closingIndex(text: string, close: string): number {
  let quoted = false
  for (let index = 1; index < text.length; index += 1) {
    const character = text.charAt(index)
    if (character === '\\') index += 1
    else if (character === "'") quoted = !quoted
    else if (character === close && !quoted) return index
  }
  return -1
}

/** `a=1,b='x,y',c=z\,w`; `^^:a=1:b=2` names another separator. */
function parseVariables(text: string): [string, string][] {
  const [separator, list] = text.startsWith('^^') ? [text.charAt(2), text.slice(3)] : [',', text]
  return splitOutsideQuotes(list, separator).flatMap((entry): [string, string][] => {
    const at = entry.indexOf('=')
    return at <= 0 ? [] : [[entry.slice(0, at).trim(), entry.slice(at + 1)]]
  })
}

/** Cuts at `separator`, except within quotes or after a backslash; quotes and backslashes themselves go away. */
function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = []
  let part = ''
  let quoted = false
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index)
    const next = text.charAt(index + 1)
    if (character === '\\' && (next === separator || next === "'" || next === '\\')) {
      part += next
      index += 1
    } else if (character === "'" && text.includes("'", quoted ? 0 : index + 1)) quoted = !quoted
    else if (character === separator && !quoted) {
      parts.push(part)
      part = ''
    } else part += character
  }
  return [...parts, part]
}
