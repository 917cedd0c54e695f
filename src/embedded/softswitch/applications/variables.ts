import type { Channel } from '../core/channel.ts'
import type { Application } from '../core/switch-core.ts'

/** `set name=value`; an empty value or `_undef_` unsets. */
export const set: Application = ({ channel, data }) => {
  assign(channel, data)
  return undefined
}

/** Like `set`, and every leg this channel dials inherits it (`export_vars`). */
export const exportVariable: Application = ({ channel, data }) => {
  const name = assign(channel, data.replace(/^nolocal:/, ''))
  if (name !== undefined) {
    const exported = new Set((channel.variables.get('export_vars') ?? '').split(',').filter(Boolean))
    channel.setVariable('export_vars', [...exported.add(name)].join(','))
  }
  return undefined
}

export const unset: Application = ({ channel, data }) => {
  channel.setVariable(data.trim(), undefined)
  return undefined
}

/** `multiset a=1 b=2`, or with another separator: `^^:a=1:b=2`. */
export const multiset: Application = ({ channel, data }) => {
  const [separator, list] = data.startsWith('^^') ? [data.charAt(2), data.slice(3)] : [' ', data]
  for (const entry of list.split(separator)) assign(channel, entry)
  return undefined
}

function assign(channel: Channel, text: string): string | undefined {
  const at = text.indexOf('=')
  const name = (at < 0 ? text : text.slice(0, at)).trim()
  if (name === '') return undefined
  const value = at < 0 ? '' : text.slice(at + 1)
  channel.setVariable(name, value === '_undef_' ? undefined : value)
  return name
}
