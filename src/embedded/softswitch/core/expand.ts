import type { Channel } from './channel.ts'

/** The fields of a channel that can be read like a variable (switch_caller_get_field_by_name and the channel's own). */
const fields: Readonly<Record<string, (channel: Channel) => string>> = {
  uuid: (channel) => channel.uuid,
  channel_name: (channel) => channel.name,
  chan_name: (channel) => channel.name,
  direction: (channel) => channel.direction,
  state: (channel) => channel.state,
  callstate: (channel) => channel.callState,
  destination_number: (channel) => channel.profile.destination,
  caller_id_number: (channel) => channel.profile.callerNumber,
  caller_id_name: (channel) => channel.profile.callerName,
  orig_caller_id_number: (channel) => channel.profile.originalCallerNumber,
  orig_caller_id_name: (channel) => channel.profile.originalCallerName,
  callee_id_number: (channel) => channel.profile.calleeNumber,
  callee_id_name: (channel) => channel.profile.calleeName,
  ani: (channel) => channel.profile.ani,
  username: (channel) => channel.profile.username,
  dialplan: (channel) => channel.profile.dialplan,
  context: (channel) => channel.profile.context,
  network_addr: (channel) => channel.profile.networkAddress,
  source: (channel) => channel.profile.source,
}

export type Variables = ReadonlyMap<string, string>

/** A channel variable, a field of the channel, or a global variable, in this order. */
export function readVariable(name: string, channel: Channel | undefined, globals: Variables): string | undefined {
  const own = channel?.variables.get(name)
  if (own !== undefined) return own
  if (channel !== undefined && Object.hasOwn(fields, name)) return fields[name]?.(channel)
  return globals.get(name)
}

/**
 * Replaces `${name}`, `${name:offset}` and `${name:offset:length}`, and `$${name}` from the globals. What is not set
 * becomes nothing. Of `${api(arguments)}` only `${cond(a == b ? yes : no)}` is part of the subset, and what is in it is
 * replaced first; all others become nothing.
 */
export function expand(text: string, channel: Channel | undefined, globals: Variables): string {
  if (!text.includes('$')) return text
  const inner = expandOnce(text, channel, globals)
  return inner.includes('${cond(') ? expandOnce(inner, channel, globals) : inner
}

function expandOnce(text: string, channel: Channel | undefined, globals: Variables): string {
  return text.replace(/(\$?)\$\{([^{}]*)\}/g, (_whole, global: string, expression: string) => {
    if (global === '$') return globals.get(expression) ?? ''
    const condition = /^cond\((.*)\)$/s.exec(expression)
    if (condition) return decide(condition[1] ?? '')
    const [name = '', offset, length] = expression.split(':')
    const value = readVariable(name, channel, globals) ?? ''
    return offset === undefined ? value : cut(value, Number(offset), length)
  })
}

function cut(value: string, offset: number, length: string | undefined): string {
  if (Number.isNaN(offset)) return value
  const from = offset < 0 ? Math.max(0, value.length + offset) : offset
  return length === undefined ? value.slice(from) : value.slice(from, from + Number(length))
}

/** `<a> == <b> ? <yes> : <no>`, the one comparison of the subset. */
export function decide(condition: string): string {
  const parts = /^(\S*) == (\S+) \? (.*?) : (.*)$/s.exec(condition)
  if (!parts) return '-ERR'
  const [, a, b, yes = '', no = ''] = parts
  return a === b ? yes : no
}
