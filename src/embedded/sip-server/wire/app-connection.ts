import type { Socket } from 'node:net'
import { newId } from '../../../kernel/index.ts'
import type { App, Delivery, Origin, Reply } from '../app.ts'
import { serialise } from '../sip-message.ts'
import { encodeFrame } from './frame-codec.ts'

/** An application that does not read for so long is disconnected before it costs everybody's memory. */
const longestBacklog = 33_554_432

/** An application connected over the admin port; writes what drachtio-srf expects to read. */
export class AppConnection implements App {
  readonly #socket: Socket

  constructor(socket: Socket) {
    this.#socket = socket
  }

  get isConnected(): boolean {
    return !this.#socket.destroyed
  }

  deliver({ message, origin, transactionId, dialogId, receivedAt }: Delivery): void {
    const sip = serialise(message).toString('latin1')
    const place = receivedAt ? `${receivedAt.host}|${receivedAt.port}|` : ''
    this.#write(`${newId()}|sip|${described(origin, sip)}|${transactionId}|${dialogId ?? ''}|${place}\r\n${sip}`)
  }

  reply(reply: Reply): void {
    const start = `${newId()}|response|${reply.to}`
    if (reply.kind === 'refused') this.#write(`${start}|NOK|${reply.reason}`)
    else if (reply.kind === 'proxyDone') this.#write(`${start}|OK|done`)
    else if (reply.kind === 'proxied') {
      const sip = serialise(reply.message).toString('latin1')
      this.#write(`${start}|OK|${described(reply.origin, sip)}|||continue\r\n${sip}`)
    } else {
      const { message, origin, transactionId, dialogId } = reply.sent
      const sip = serialise(message).toString('latin1')
      const ids = message.kind === 'response' ? `${transactionId}|${dialogId ?? ''}|` : transactionId
      this.#write(`${start}|OK|${described(origin, sip)}|${ids}|Msg sent:|\r\n${sip}`)
    }
  }

  /** The plain answer to a command that is not about SIP. */
  acknowledge(commandId: string, ...details: readonly string[]): void {
    this.#write([newId(), 'response', commandId, 'OK', ...details].join('|'))
  }

  /** Refuses a command and, as drachtio-server does, the connection with it. */
  dismiss(commandId: string, reason: string): void {
    this.#write([newId(), 'response', commandId, 'NO', reason].join('|'))
    this.#socket.end()
  }

  disconnect(): void {
    this.#socket.destroy()
  }

  #write(text: string): void {
    if (this.#socket.destroyed || this.#socket.writableEnded) return
    this.#socket.write(encodeFrame(text))
    if (this.#socket.writableLength > longestBacklog) this.#socket.destroy()
  }
}

function described({ source, transport, address }: Origin, sip: string): string {
  return [source, sip.length, transport, address.host, address.port, timeOfDay()].join('|')
}

/** Hours to microseconds in UTC; JavaScript's clock gives milliseconds. */
function timeOfDay(): string {
  return `${new Date().toISOString().slice(11, 23)}000`
}
