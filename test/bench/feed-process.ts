import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { projectRoot } from '../../src/kernel/index.ts'

/** What a client asks for that will not read: all there ever was, and what is not committed yet. */
export const stalledPath = '/live?after=0&early=true'
/** Bytes in the server's memory from which a client counts as stalled: the kernel's buffers for it are full. */
export const stalledAt = 64 * 1024

export type FeedCommand =
  | { readonly do: 'tell'; readonly facts: number; readonly everyMs: number }
  | { readonly do: 'buffered' }

export interface FeedReply {
  readonly url?: string
  readonly times?: readonly number[]
  readonly buffered?: number
}

/** A server of WebSockets in a process of its own: the hotline's feed, or a bare loop. */
export class FeedProcess {
  readonly #child: ChildProcess
  readonly url: string

  private constructor(child: ChildProcess, url: string) {
    this.#child = child
    this.url = url
  }

  /** With a database the hotline's feed, without one the bare loop. */
  static async start({ databaseUrl }: { databaseUrl?: string }): Promise<FeedProcess> {
    const script = join(projectRoot(), 'dist/test/bench/feed-server.js')
    const child = fork(script, databaseUrl === undefined ? [] : [databaseUrl])
    const { url = '' } = await replyOf(child)
    return new FeedProcess(child, url)
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** Tells facts to every client and says when each was told; `everyMs` 0 is as fast as it can. */
  async tell({ facts, everyMs = 0 }: { facts: number; everyMs?: number }): Promise<readonly number[]> {
    const { times = [] } = await this.#ask({ do: 'tell', facts, everyMs })
    return times
  }

  /** Bytes that wait in the server's memory for its slowest client. */
  async buffered(): Promise<number> {
    const { buffered = 0 } = await this.#ask({ do: 'buffered' })
    return buffered
  }

  stop(): void {
    this.#child.kill('SIGKILL')
  }

  #ask(command: FeedCommand): Promise<FeedReply> {
    this.#child.send(command)
    return replyOf(this.#child)
  }
}

/** The next word of the child; an error when it ends without one. */
async function replyOf(child: ChildProcess): Promise<FeedReply> {
  const stop = new AbortController()
  const ended = once(child, 'exit', { signal: stop.signal }).then(() => {
    throw new Error('the server of WebSockets ended')
  })
  const [reply] = await Promise.race([once(child, 'message', { signal: stop.signal }), ended])
  stop.abort()
  return reply as FeedReply
}
