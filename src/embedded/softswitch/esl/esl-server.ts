import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { EslConnection, type EslConnectionOptions } from './esl-connection.ts'
import type { EslFaults } from './faults.ts'

export type EslServerOptions = Omit<EslConnectionOptions, 'socket' | 'faults'> & { host: string; port: number }

/** The event socket: FreeSWITCH's mod_event_socket in inbound mode. */
export class EslServer {
  readonly #server: Server
  readonly #connections = new Set<EslConnection>()
  readonly faults: EslFaults = { slowEventsMs: 0, refuse: false, drop: (except) => this.#drop(except) }

  private constructor(server: Server) {
    this.#server = server
  }

  /** Listens. Rejects when the port is taken. */
  static async open(options: EslServerOptions): Promise<EslServer> {
    const server = createServer()
    const esl = new EslServer(server)
    server.on('connection', (socket) => esl.#accept(socket, options))
    const listening = once(server, 'listening')
    server.listen(options.port, options.host)
    await listening
    return esl
  }

  get port(): number {
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  #accept(socket: Socket, options: EslServerOptions): void {
    if (this.faults.refuse) {
      socket.destroy()
      return
    }
    const connection = new EslConnection({ ...options, socket, faults: this.faults })
    this.#connections.add(connection)
    socket.on('close', () => this.#connections.delete(connection))
  }

  #drop(except: unknown): void {
    for (const connection of this.#connections) if (connection !== except) connection.drop()
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    for (const connection of this.#connections) connection.close()
    setTimeout(() => this.#drop(undefined), 200).unref()
    await closed
  }
}
