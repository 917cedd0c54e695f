/**
 * Splits an `originate` command as FreeSWITCH does (switch_event_create_brackets): the braces end at the first `}`
 * outside nothing at all, `^^x` at their beginning changes the separator, a comma separates unless it stands within
 * single quotes, and quotes around a value are taken away. Written from the rule, not from our own code.
 */
export function splitDialString(command: string): { variables: [string, string][]; rest: string } {
  const [, block = '', rest = ''] = /^originate \{([^}]*)\}(.*)$/s.exec(command) ?? []
  const separator = block.startsWith('^^') ? (block[2] ?? ',') : ','
  const parts = ['']
  let quoted = false
  for (const character of separator === ',' ? block : block.slice(3)) {
    if (character === "'") quoted = !quoted
    if (character === separator && !quoted) parts.push('')
    else parts[parts.length - 1] += character
  }
  if (quoted) throw new Error('a quote is not closed')
  return { variables: parts.map(nameAndValue), rest }
}

function nameAndValue(part: string): [string, string] {
  const equals = part.indexOf('=')
  const value = part.slice(equals + 1)
  return [part.slice(0, equals), /^'.*'$/s.test(value) ? value.slice(1, -1) : value]
}
