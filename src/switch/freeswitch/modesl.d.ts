/** The part of modesl 1.2.1 that esl-connection.ts relies on. */
declare module 'modesl' {
  import type { EventEmitter } from 'node:events'
  import type { Socket } from 'node:net'

  export interface ModeslEvent {
    readonly headers: readonly { readonly name: string; readonly value: string }[]
    readonly body: string
    getHeader(name: string): string | null
  }

  /** The private members relied on: they are wrapped, in frame-guard.ts and json-events.ts. */
  export interface HeaderParser {
    _parseHeaderText(text: string): Record<string, string | number>
    _parseEvent(frame: Readonly<Record<string, string>>, body?: string): void
  }

  class Connection extends EventEmitter {
    constructor(host: string, port: number, password: string, ready?: () => void)
    readonly socket: Socket | null
    readonly parser: EventEmitter & HeaderParser
    sendRecv(command: string, args?: Record<string, string>, callback?: (reply: ModeslEvent) => void): void
  }

  export type { Connection }

  const modesl: { readonly Connection: typeof Connection }
  export default modesl
}
