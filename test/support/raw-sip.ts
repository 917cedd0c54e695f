import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { connect, createServer, type Socket } from 'node:net'
import { WebSocket } from 'ws'

/** A received SIP message, read just enough to be asserted on; all text latin1. */
export interface RawMessage {
  readonly text: string
  readonly startLine: string
  /** The method, or the three digits of a response. */
  readonly kind: string
  readonly body: string
  header(name: string): string | undefined
  headers(name: string): string[]
}

/** A phone of bare sockets: says exactly the bytes it is given and keeps everything it hears. */
export interface RawPhone {
  readonly port: number
  readonly transport: 'udp' | 'tcp' | 'ws' | 'wss'
  /** What its Via names: its address, or a name that means nothing where it is a browser (RFC 7118 section 5.2). */
  readonly sentBy: string
  readonly heard: readonly RawMessage[]
  /** `sip:<user>@127.0.0.1:<port>`, with the transport where it is not UDP. */
  uri(user?: string): string
  send(data: string | Buffer, port: number): void
  /** The next message of that kind not yet taken; rejects after `withinMs`. */
  expect(kind: string, withinMs?: number): Promise<RawMessage>
  /** Resolves when nothing of that kind came for `forMs`. */
  expectNo(kind: string, forMs: number): Promise<void>
  close(): Promise<void>
}

/** `host` is any address of loopback: servers count and admit by it. */
export async function udpPhone({ host = '127.0.0.1' }: { host?: string } = {}): Promise<RawPhone> {
  const socket = createSocket('udp4')
  const ears = new Ears()
  socket.on('message', (data) => ears.hear(data))
  await new Promise<void>((resolve) => socket.bind(0, host, resolve))
  return phone({
    transport: 'udp',
    port: socket.address().port,
    ears,
    send: (data, port) => socket.send(data, port, '127.0.0.1'),
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  })
}

/** Listens for connections as well as making one to each server it talks to. */
export async function tcpPhone(): Promise<RawPhone> {
  const ears = new Ears()
  const sockets = new Map<number, Socket>()
  const attach = (socket: Socket) => {
    let pending: Buffer = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      pending = withoutPong(Buffer.concat([pending, chunk]))
      for (let size = wholeMessage(pending); size > 0; size = wholeMessage(pending)) {
        ears.hear(pending.subarray(0, size))
        pending = withoutPong(pending.subarray(size))
      }
    })
    socket.on('error', () => socket.destroy())
  }
  const server = createServer((socket) => {
    attach(socket)
    sockets.set(socket.remotePort ?? 0, socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return phone({
    transport: 'tcp',
    port: typeof address === 'object' && address ? address.port : 0,
    ears,
    send(data, port) {
      const open = sockets.get(port)
      const socket = open && !open.destroyed ? open : connect({ port, host: '127.0.0.1' })
      if (socket !== open) attach(socket)
      sockets.set(port, socket)
      socket.write(data)
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets.values()) socket.destroy()
        server.close(() => resolve())
      }),
  })
}

function phone(parts: {
  transport: 'udp' | 'tcp'
  port: number
  ears: Ears
  send(data: Buffer, port: number): void
  close(): Promise<void>
}): RawPhone {
  const { transport, port, ears } = parts
  return {
    transport,
    port,
    sentBy: `127.0.0.1:${port}`,
    heard: ears.all,
    uri: (user = 'phone') => `sip:${user}@127.0.0.1:${port}${transport === 'tcp' ? ';transport=tcp' : ''}`,
    send: (data, to) => parts.send(typeof data === 'string' ? Buffer.from(data, 'latin1') : data, to),
    expect: (kind, withinMs = 15_000) => ears.expect(kind, withinMs),
    expectNo: (kind, forMs) => ears.expectNo(kind, forMs),
    close: parts.close,
  }
}

/** A browser: one WebSocket to one server, and no address of its own. */
export async function wsPhone(
  wsPort: number,
  { origin, protocol = 'sip', secure = false }: { origin?: string; protocol?: string; secure?: boolean } = {},
): Promise<RawPhone & { readonly socket: WebSocket }> {
  const ears = new Ears()
  const transport = secure ? 'wss' : 'ws'
  const options = { ...(origin === undefined ? {} : { origin }), rejectUnauthorized: false }
  const socket = new WebSocket(`${transport}://127.0.0.1:${wsPort}/`, protocol, options)
  socket.on('message', (data: Buffer) => ears.hear(data))
  await new Promise<void>((resolve, reject) => socket.once('open', resolve).once('error', reject))
  const host = `${randomBytes(6).toString('hex')}.invalid`
  return {
    transport,
    port: wsPort,
    sentBy: host,
    socket,
    heard: ears.all,
    // Browsers write "ws" for both (RFC 7118 section 5.2.2 knows no other), JsSIP among them.
    uri: (user = 'phone') => `sip:${user}@${host};transport=ws`,
    send: (data) => socket.send(data.toString()),
    expect: (kind, withinMs = 15_000) => ears.expect(kind, withinMs),
    expectNo: (kind, forMs) => ears.expectNo(kind, forMs),
    close: () =>
      new Promise((resolve) => {
        if (socket.readyState === WebSocket.CLOSED) return resolve()
        socket.once('close', () => resolve()).terminate()
      }),
  }
}

class Ears {
  readonly all: RawMessage[] = []
  readonly #taken = new Set<RawMessage>()
  readonly #waiting = new Set<() => void>()

  hear(data: Buffer): void {
    if (data.length <= 4) return
    this.all.push(readMessage(data.toString('latin1')))
    for (const wake of [...this.#waiting]) wake()
  }

  expect(kind: string, withinMs: number): Promise<RawMessage> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = this.all.find((message) => message.kind === kind && !this.#taken.has(message))
        if (!found) return
        this.#taken.add(found)
        this.#waiting.delete(look)
        clearTimeout(timer)
        resolve(found)
      }
      const timer = setTimeout(() => {
        this.#waiting.delete(look)
        reject(
          new Error(`No ${kind} within ${withinMs} ms; heard: ${this.all.map((each) => each.startLine).join(' | ')}`),
        )
      }, withinMs)
      this.#waiting.add(look)
      look()
    })
  }

  async expectNo(kind: string, forMs: number): Promise<void> {
    const found = await this.expect(kind, forMs).catch(() => undefined)
    if (found) throw new Error(`Heard an unexpected ${found.startLine}`)
  }
}

/** The server answers a keep-alive with a line end between messages (RFC 5626 section 3.5.1). */
function withoutPong(pending: Buffer): Buffer {
  return pending[0] === 0x0d && pending[1] === 0x0a ? withoutPong(pending.subarray(2)) : pending
}

function wholeMessage(pending: Buffer): number {
  const end = pending.indexOf('\r\n\r\n')
  if (end < 0) return 0
  const length = /^(?:content-length|l)[ \t]*:[ \t]*(\d+)/im.exec(pending.toString('latin1', 0, end))?.[1] ?? '0'
  const size = end + 4 + Number(length)
  return pending.length >= size ? size : 0
}

function readMessage(text: string): RawMessage {
  const [head = '', ...rest] = text.split('\r\n\r\n')
  const [startLine = '', ...lines] = head.split('\r\n')
  const headers = (name: string) =>
    lines.flatMap((line) => {
      const colon = line.indexOf(':')
      return line.slice(0, colon).trim().toLowerCase() === name.toLowerCase() ? [line.slice(colon + 1).trim()] : []
    })
  const [first = '', second = ''] = startLine.split(' ')
  return {
    text,
    startLine,
    kind: first === 'SIP/2.0' ? second : first,
    body: rest.join('\r\n\r\n'),
    header: (name) => headers(name)[0],
    headers,
  }
}

export interface RequestParts {
  readonly phone: RawPhone
  readonly method: string
  readonly uri: string
  readonly callId?: string
  readonly cseq?: number
  readonly branch?: string
  readonly from?: string
  readonly to?: string
  readonly routes?: readonly string[]
  readonly extra?: readonly string[]
  readonly body?: string
}

/** A well-formed request; every part can be overridden. */
export function request(parts: RequestParts): string {
  const {
    phone: { sentBy, transport, uri: contact },
    method,
    uri,
    body = '',
    routes = [],
    extra = [],
  } = parts
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/${transport.toUpperCase()} ${sentBy};branch=${parts.branch ?? newBranch()};rport`,
    ...routes.map((route) => `Route: ${route}`),
    'Max-Forwards: 70',
    `From: ${parts.from ?? '<sip:caller@127.0.0.1>;tag=caller'}`,
    `To: ${parts.to ?? `<${uri}>`}`,
    `Call-ID: ${parts.callId ?? newBranch()}`,
    `CSeq: ${parts.cseq ?? 1} ${method}`,
    `Contact: <${contact('caller')}>`,
    ...extra,
    ...(body === '' ? [] : ['Content-Type: application/sdp']),
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n')
}

export function newBranch(): string {
  return `z9hG4bK${randomBytes(8).toString('hex')}`
}

/** A response to a message heard; `tag` goes to the To header. */
export function response(
  to: RawMessage,
  status: number,
  parts: { tag?: string; contact?: string; extra?: readonly string[]; body?: string } = {},
): string {
  const { tag, contact, extra = [], body = '' } = parts
  const toHeader = to.header('to') ?? ''
  return [
    `SIP/2.0 ${status} Reply`,
    ...to.headers('via').map((via) => `Via: ${via}`),
    ...to.headers('record-route').map((route) => `Record-Route: ${route}`),
    `From: ${to.header('from')}`,
    `To: ${toHeader}${tag && !toHeader.includes(';tag=') ? `;tag=${tag}` : ''}`,
    `Call-ID: ${to.header('call-id')}`,
    `CSeq: ${to.header('cseq')}`,
    ...(contact ? [`Contact: <${contact}>`] : []),
    ...extra,
    ...(body === '' ? [] : ['Content-Type: application/sdp']),
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n')
}
