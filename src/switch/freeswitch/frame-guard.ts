import type { Connection, HeaderParser } from 'modesl'

/** Bytes: a list of some thousand channels fits many times. */
const longestFrame = 16 * 1024 * 1024

/**
 * Makes modesl's parser safe from outside. It throws inside the socket's data event, where nobody could catch it,
 * believes any Content-Length, and collects a frame without end for ever: all three end in `onDoubt` here.
 */
export class FrameGuard {
  readonly #onDoubt: (reason: string) => void
  #bytesSinceFrame = 0

  /** Call it on the socket's `connect`: modesl has made its parser by then and nothing was read yet. */
  constructor(
    { socket, parser }: { socket: NonNullable<Connection['socket']>; parser: Connection['parser'] },
    onDoubt: (reason: string) => void,
  ) {
    this.#onDoubt = onDoubt
    refuseFalseLengths(parser)
    for (const listener of socket.listeners('data')) {
      socket.removeListener('data', listener as (chunk: Buffer) => void)
      socket.on('data', (chunk: Buffer) => this.#take(chunk, () => listener.call(socket, chunk)))
    }
  }

  /** A frame was complete. */
  frameEnded(): void {
    this.#bytesSinceFrame = 0
  }

  #take(chunk: Buffer, parse: () => void): void {
    this.#bytesSinceFrame += chunk.length
    try {
      parse()
    } catch (error) {
      this.#onDoubt(`a frame could not be parsed: ${String(error)}`)
    }
    if (this.#bytesSinceFrame > longestFrame) this.#onDoubt('a frame without end')
  }
}

/** modesl takes a negative length for "all but the last", NaN for "no body", and waits for 10 GB when told so. */
function refuseFalseLengths(parser: HeaderParser): void {
  const parse = parser._parseHeaderText.bind(parser)
  parser._parseHeaderText = (text) => {
    const announced = /^Content-Length: ?(.*)$/m.exec(text)?.[1]
    const credible = announced === undefined || (/^\d{1,9}$/.test(announced) && Number(announced) <= longestFrame)
    if (!credible) throw new Error(`Content-Length ${announced.slice(0, 40)}`)
    return parse(text)
  }
}
