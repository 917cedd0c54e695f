import type { Channel } from '../core/channel.ts'
import type { SwitchCore } from '../core/switch-core.ts'

interface ApiCall {
  core: SwitchCore
  /** Everything after the command's name. */
  argument: string
  /** The event socket connection that asks. */
  asker: unknown
}

/** An api command: its text answer, with the line end FreeSWITCH gives it. */
export type ApiCommand = (call: ApiCall) => Promise<string> | string

export const ok = '+OK\n'
export const noSuchChannel = '-ERR No such channel!\n'

export function usage(syntax: string): string {
  return `-USAGE: ${syntax}\n`
}

/** The argument's words: the first `count` − 1 one by one, and everything left as the last. */
export function wordsOf(argument: string, count: number): string[] {
  const words: string[] = []
  let rest = argument.trim()
  while (words.length < count - 1) {
    const space = rest.search(/\s/)
    if (space < 0) break
    words.push(rest.slice(0, space))
    rest = rest.slice(space).trimStart()
  }
  return rest === '' ? words : [...words, rest]
}

/** A channel that exists and is not hung up yet. */
export function livingChannel(core: SwitchCore, uuid: string | undefined): Channel | undefined {
  const channel = uuid === undefined ? undefined : core.channels.get(uuid)
  return channel?.down === true ? undefined : channel
}
