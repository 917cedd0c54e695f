import { createServer, type Server, type Socket } from 'node:net'
import type { Logger } from '../../../kernel/index.ts'
import { AppConnection } from './app-connection.ts'
import { parseCommand } from './command.ts'
import type { Commands } from './commands.ts'
import { FrameDecoder, FramingError } from './frame-codec.ts'

export interface AdminServerOptions {
  readonly host: string
  readonly port: number
  readonly commands: Commands
  readonly logger: Logger
}

/** The TCP port applications connect to. */
export class AdminServer {
  readonly #server: Server
  readonly #commands: Commands
  readonly #logger: Logger
  readonly #apps = new Set<AppConnection>()

  private constructor({ server, commands, logger }: { server: Server; commands: Commands; logger: Logger }) {
    this.#server = server
    this.#commands = commands
    this.#logger = logger
    server.on('connection', (socket) => this.#accept(socket))
    server.on('error', (error) => logger.warn({ err: error }, 'SIP: admin port error'))
  }

  /** Rejects when the port is taken. */
  static async open({ host, port, commands, logger }: AdminServerOptions): Promise<AdminServer> {
    const server = createServer()
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host, port }, () => {
        server.off('error', reject)
        resolve()
      })
    })
    return new AdminServer({ server, commands, logger })
  }

  get port(): number {
    const address = this.#server.address()
    return typeof address === 'object' && address ? address.port : 0
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
      for (const app of this.#apps) app.disconnect()
    })
  }

  #accept(socket: Socket): void {
    socket.setNoDelay(true)
    socket.setKeepAlive(true, 45_000)
    const app = new AppConnection(socket)
    const decoder = new FrameDecoder()
    this.#apps.add(app)
    socket.on('data', (chunk) => this.#take({ app, decoder, chunk }))
    socket.on('error', (error) => this.#logger.info({ err: error }, 'SIP: connection of an application failed'))
    socket.on('close', () => {
      this.#apps.delete(app)
      this.#commands.gone(app)
    })
  }

  #take({ app, decoder, chunk }: { app: AppConnection; decoder: FrameDecoder; chunk: Buffer }): void {
    try {
      for (const frame of decoder.push(chunk)) if (app.isConnected) this.#commands.run(app, parseCommand(frame))
    } catch (error) {
      // An application that sends rubbish, or meets a fault of ours, loses its connection; the others keep theirs.
      if (error instanceof FramingError) this.#logger.warn(`SIP: application disconnected: ${error.message}`)
      else this.#logger.error({ err: error }, 'SIP: application disconnected')
      app.disconnect()
    }
  }
}
