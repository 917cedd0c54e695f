import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { endsWithUs } from '../../src/kernel/index.ts'

export interface ChildOptions {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** What the process prints goes to `<logDir>/<name>.log`. */
  readonly logDir: string
  /** Asked until it says yes, at most `readyWithinMs` long. */
  readonly ready: () => Promise<boolean>
  readonly readyWithinMs?: number
  /** Aborted before the process is ready, it is killed and the start rejects. */
  readonly signal?: AbortSignal | undefined
  /** Start again when it ends by itself. */
  readonly keepAlive?: boolean
  /** Sees every line of standard output; one for which it returns true is not written to the log. */
  readonly takeLine?: (line: string) => boolean
}

/** Milliseconds. */
const pollEvery = 50
const restartAfter = 1000
const killAfter = 45_000

/** One process of the hotline, started and stopped by us. */
export class Child {
  readonly #options: ChildOptions
  #process: ChildProcess
  #stopping = false

  private constructor(options: ChildOptions) {
    this.#options = options
    mkdirSync(options.logDir, { recursive: true })
    this.#process = this.#spawn()
  }

  /** Starts the process and waits until it is ready. Throws with the place of its log when it is not. */
  static async start(options: ChildOptions): Promise<Child> {
    const child = new Child(options)
    try {
      await child.#untilReady()
      return child
    } catch (error) {
      await child.stop('SIGKILL')
      throw error
    }
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  get ended(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null
  }

  get name(): string {
    return this.#options.name
  }

  /** Ends the process and waits for its end. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.#stopping = true
    await this.kill(signal)
  }

  /** Ends the process as a failure would; with `keepAlive` it is started again. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    const process = this.#process
    if (this.ended) return
    const ended = new Promise<void>((resolve) => process.once('exit', () => resolve()))
    process.kill(signal)
    const timer = setTimeout(() => process.kill('SIGKILL'), killAfter)
    await ended
    clearTimeout(timer)
  }

  #spawn(): ChildProcess {
    const { name, command, args, env, logDir, keepAlive, takeLine = () => false } = this.#options
    const log = createWriteStream(join(logDir, `${name}.log`), { flags: 'a', mode: 0o600 })
    const child = spawn(command, [...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // Ctrl-C is for us alone: we end the others in order, when their calls are over.
      detached: true,
    })
    endsWithUs(child)
    child.stderr.pipe(log, { end: false })
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!takeLine(line)) log.write(`${line}\n`)
    })
    child.once('error', (error) => log.write(`${command}: ${error.message}\n`))
    child.once('exit', (code, signal) => {
      log.write(`${name} ended: ${signal ?? code}\n`)
      if (!keepAlive || this.#stopping) return
      setTimeout(() => {
        if (!this.#stopping) this.#process = this.#spawn()
      }, restartAfter)
    })
    return child
  }

  async #untilReady(): Promise<void> {
    const { name, ready, readyWithinMs = 30_000, logDir, keepAlive, signal } = this.#options
    for (const end = Date.now() + readyWithinMs; Date.now() < end; ) {
      signal?.throwIfAborted()
      if (await ready()) return
      if (this.ended && !keepAlive) throw new Error(`${name} ended at its start: see ${join(logDir, `${name}.log`)}`)
      await new Promise((resolve) => setTimeout(resolve, pollEvery))
    }
    throw new Error(`${name} is not ready after ${readyWithinMs / 1000} s: see ${join(logDir, `${name}.log`)}`)
  }
}
