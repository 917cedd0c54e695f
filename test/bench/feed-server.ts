import { WebSocketServer } from 'ws'
import { toCloudEvent } from '../../src/events/index.ts'
import { newId } from '../../src/kernel/index.ts'
import { feedToken, startFeed } from '../support/feed-in-process.ts'
import { monotonicMs } from './feed-listeners.ts'
import { type FeedCommand, type FeedReply, stalledAt, stalledPath } from './feed-process.ts'

/** A fact of ordinary size. */
const fact = () => ({ callId: newId(), queue: 'general', position: 3, expectedWaitSeconds: 40 })

interface FeedServer {
  readonly url: string
  /** Tells one fact to all clients. */
  tell(): void
  /** Everything told is on its way. */
  settled(): Promise<unknown>
  /** Bytes that wait in memory for the slowest client. */
  buffered(): number
}

/** The hotline's log and feed, with its database. */
async function live(databaseUrl: string): Promise<FeedServer> {
  const { url, log, app } = await startFeed({ databaseUrl })
  const tell = () => void log.append('call.announced', fact())
  return {
    url: url.replace('http://', `ws://${feedToken}@`),
    tell,
    settled: () => log.flush(60_000),
    buffered: () => most(app.websocketServer),
  }
}

/** What it is measured against: the same bytes to each client, and nothing else. */
async function bare(): Promise<FeedServer> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
  await new Promise((resolve) => server.once('listening', resolve))
  let sequence = 0
  server.on('connection', (client, { url }) => {
    client.send(JSON.stringify({ type: 'hello', sequence, window: 256 }))
    // One that will not read is given more than the kernel takes for it, as it gets from the log of the other.
    while (url === stalledPath && client.bufferedAmount < stalledAt) client.send('x'.repeat(1000))
  })
  const tell = () => {
    const previous = sequence
    sequence += 1
    const event = { id: newId(), type: 'call.announced', subject: newId(), time: Date.now(), data: fact(), sequence }
    const cloudEvent = toCloudEvent(event as Parameters<typeof toCloudEvent>[0], '/yihao/test')
    const text = JSON.stringify({ type: 'event', event: cloudEvent, previous })
    for (const client of server.clients) client.send(text)
  }
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return { url: `ws://bare@127.0.0.1:${port}`, tell, settled: () => Promise.resolve(), buffered: () => most(server) }
}

function most({ clients }: WebSocketServer): number {
  return Math.max(0, ...[...clients].map(({ bufferedAmount }) => bufferedAmount))
}

/** Tells facts at a pace, or as fast as the event loop turns; says when each was told. */
async function tellAll(server: FeedServer, { facts, everyMs }: { facts: number; everyMs: number }): Promise<number[]> {
  const times: number[] = []
  for (let n = 0; n < facts; n += 1) {
    times.push(monotonicMs())
    server.tell()
    if (everyMs > 0) await new Promise((resolve) => setTimeout(resolve, everyMs))
    else await new Promise((resolve) => setImmediate(resolve))
  }
  await server.settled()
  return times
}

const databaseUrl = process.argv[2]
const server = databaseUrl === undefined ? await bare() : await live(databaseUrl)
const answer = (reply: FeedReply) => void process.send?.(reply)

process.on('message', (command: FeedCommand) => {
  if (command.do === 'buffered') answer({ buffered: server.buffered() })
  else void tellAll(server, command).then((times) => answer({ times }))
})
// Whoever started us is gone.
process.once('disconnect', () => process.exit(0))
answer({ url: server.url })
