import { newId } from '../../../kernel/index.ts'
import type { SwitchCore } from '../core/switch-core.ts'
import type { EslCommand } from './esl-framer.ts'
import type { EventSelection } from './event-selection.ts'

type Handler = (rest: string, command: EslCommand) => string

const notControlling = '-ERR not controlling a session'

/** The commands of the event socket that are answered at once by one line, in FreeSWITCH's words. */
export class SimpleCommands {
  readonly #core: SwitchCore
  readonly #selection: EventSelection
  #logging = false

  constructor({ core, selection }: { core: SwitchCore; selection: EventSelection }) {
    this.#core = core
    this.#selection = selection
  }

  /** The Reply-Text of a command; `word` is the first of its line, in lower case. */
  perform(word: string, command: EslCommand): string {
    const handler = this.#handlers.get(word.startsWith('event') ? 'event' : word)
    return handler?.(command.line.slice(word.length).trim(), command) ?? '-ERR command not found'
  }

  readonly #handlers: ReadonlyMap<string, Handler> = new Map<string, Handler>([
    ['event', (rest) => this.#event(rest)],
    ['nixevent', (rest) => this.#nixevent(rest)],
    ['noevents', () => this.#noevents()],
    ['filter', (rest) => this.#filter(rest)],
    ['sendmsg', (rest, command) => this.#sendmsg(rest, command)],
    ['sendevent', (rest, command) => this.#sendevent(rest, command)],
    ['log', (rest) => this.#log(rest)],
    ['nolog', () => this.#nolog()],
    ['linger', () => notControlling],
    ['nolinger', () => notControlling],
    ['divert_events', () => `${notControlling}.`],
  ])

  #event(rest: string): string {
    if (/^xml\b/i.test(rest)) return '-ERR xml events are outside the subset'
    const known = this.#selection.add(rest.split(/ +/))
    return known ? `+OK event listener enabled ${this.#selection.format}` : '-ERR no keywords supplied'
  }

  #nixevent(rest: string): string {
    return this.#selection.remove(rest.split(/ +/)) ? '+OK events nixed' : '-ERR no keywords supplied'
  }

  #noevents(): string {
    return this.#selection.clear() ? '+OK no longer listening for events' : '-ERR not listening for events'
  }

  #filter(rest: string): string {
    const [first = '', ...others] = rest.split(/ +/)
    const verb = first.toLowerCase()
    const [name = '', ...value] = verb === 'delete' || verb === 'add' ? others : [first, ...others]
    const text = value.join(' ')
    if (verb === 'delete' && name !== '') {
      this.#selection.removeFilter(name, value.length === 0 ? undefined : text)
      return `+OK filter deleted. [${name}][${text}]`
    }
    if (value.length === 0) return rest === '' ? '-ERR command not found' : '-ERR invalid syntax'
    this.#selection.addFilter(name, text)
    return `+OK filter added. [${name}]=[${text}]`
  }

  #sendmsg(rest: string, { headers, body }: EslCommand): string {
    const uuid = rest || headers.get('session-id') || ''
    const channel = this.#core.channels.get(uuid)
    if (channel === undefined || channel.down) return `-ERR invalid session id [${uuid}]`
    const fields = new Map(headers)
    if (body !== undefined && !fields.has('execute-app-arg')) fields.set('execute-app-arg', body)
    channel.privateEvents.push({ headers: fields })
    channel.wake()
    return '+OK'
  }

  #sendevent(rest: string, { headers, fields, body }: EslCommand): string {
    const id = newId()
    const subclass = headers.get('event-subclass')
    const reserved = ['event-subclass', 'content-length', 'event-name']
    const own = fields.filter(([header]) => !reserved.includes(header.toLowerCase()))
    this.#core.bus.publish({
      name: rest.toUpperCase() || 'CUSTOM',
      headers: [...own, ['Event-UUID', id]],
      ...(subclass === undefined ? {} : { subclass }),
      ...(body === undefined ? {} : { body }),
    })
    return `+OK ${id}`
  }

  // Log lines of this switch go to its own log; the commands are answered so that a client written for FreeSWITCH works.
  #log(rest: string): string {
    this.#logging = true
    return `+OK log level ${rest} [${rest || '7'}]`
  }

  #nolog(): string {
    const logging = this.#logging
    this.#logging = false
    return logging ? '+OK no longer logging' : '-ERR not loging'
  }
}
