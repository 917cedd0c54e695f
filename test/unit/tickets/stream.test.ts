import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { openDatabase } from '../../../src/db/index.ts'
import { ticketIdOf } from '../../../src/events/index.ts'
import { newId, systemClock } from '../../../src/kernel/index.ts'
import { HotlineFacts } from '../../../src/tickets/stream/hotline-facts.ts'
import { StreamConsumer } from '../../../src/tickets/stream/stream-consumer.ts'
import { type ApplyEvent, type StreamEvent, StreamStore } from '../../../src/tickets/stream/stream-store.ts'
import { type TicketTables, ticketSchema } from '../../../src/tickets/ticket-database.ts'
import { silent } from '../../support/database.ts'
import { feedToken, startFeed } from '../../support/feed-in-process.ts'
import { TicketRoom } from '../../support/ticket-service.ts'
import { until } from '../../support/until.ts'

const countTickets = async ({ db }: TicketRoom) =>
  Number(
    (
      await db
        .selectFrom('tickets')
        .select(({ fn }) => fn.countAll().as('n'))
        .executeTakeFirstOrThrow()
    ).n,
  )

describe('the stream from the hotline to its tickets', () => {
  let room: TicketRoom
  beforeEach(async () => {
    room = await TicketRoom.start()
  })
  afterEach(() => room.stop())

  test('the draft has the id the screen-pop carries, the caller and the agent who answered', async () => {
    const { callId, ticketId } = await room.answeredCall({ callerNumber: '13900000009', agentId: '8002' })

    expect(ticketId).toBe(ticketIdOf('call', callId))
    const { body } = await room.ask('GET', `/tickets/${ticketId}`, { as: room.token('agent') })
    expect(body).toMatchObject({
      state: 'draft',
      channel: 'phone',
      callerNumber: '13900000009',
      responsible: { kind: 'agent', id: '8002' },
    })
  })

  test('the caller’s earlier tickets come with the next call', async () => {
    const first = await room.answeredCall()
    const second = await room.answeredCall()

    const { body } = await room.ask<{ earlier: { ticketId: string }[] }>('GET', `/calls/${second.callId}/ticket`, {
      as: room.token('agent'),
    })
    expect(body.earlier.map(({ ticketId }) => ticketId)).toEqual([first.ticketId])
  })

  test('a call answered a second time, by another agent, keeps its one ticket, which goes along', async () => {
    const { callId, ticketId } = await room.answeredCall({ agentId: '8001' })

    room.feed.log.append('call.answered', { callId, queue: 'general', agentId: '8002', legId: newId(), waitedMs: 9 })

    const as = room.token('agent')
    await until(async () => {
      const { body } = await room.ask<{ agentId: string }>('GET', `/tickets/${ticketId}`, { as })
      return body.agentId === '8002'
    }, 'the draft is with 8002')
    expect(await countTickets(room)).toBe(1)
  })

  test('facts that come twice have their effect once', async () => {
    const callId = newId()
    const store = new StreamStore({ db: room.db, source: 'test' })
    const event = (sequence: number): StreamEvent => ({
      id: '0b9c3f0e-5d0b-4a53-9f0a-3f6f6f9f8a11',
      type: 'call.answered',
      subject: callId,
      time: '2026-03-02T01:00:00Z',
      sequence,
      data: {},
    })
    const applied: number[] = []

    const apply = async (_: unknown, { sequence }: StreamEvent) => void applied.push(sequence)
    await store.apply([event(1), event(1)], apply)
    await store.apply([event(1)], apply)

    expect(applied).toEqual([1])
    expect(await store.cursor()).toBe(1)
  })

  test('a fact that fails leaves neither its effect nor its id, and comes again', async () => {
    const store = new StreamStore({ db: room.db, source: 'test' })
    const event = { id: newId(), type: 'x', subject: '', time: '2026-03-02T01:00:00Z', sequence: 7, data: {} }

    const failing = store.apply([event], async (db) => {
      await db.insertInto('settings').values({ key: 'half', value: 'done' }).execute()
      throw new Error('power cut')
    })
    await expect(failing).rejects.toThrow('power cut')

    expect(await room.db.selectFrom('settings').where('key', '=', 'half').selectAll().execute()).toEqual([])
    expect(await store.cursor()).toBe(0)
  })

  test('the hotline goes away and comes back: what happened meanwhile is caught up, in order and once', async () => {
    await room.answeredCall()
    const port = Number(new URL(room.feed.url).port)
    await room.feed.stop()

    const again = await startFeed({ databaseUrl: room.databaseUrl, port })
    const calls = Array.from({ length: 300 }, () => newId())
    for (const callId of calls) {
      again.log.append('call.answered', { callId, queue: 'general', agentId: '8001', legId: newId(), waitedMs: 1 })
    }

    await until(async () => (await countTickets(room)) === 301, '301 tickets')
    await again.stop()
    Object.assign(room, { feed: await startFeed({ databaseUrl: room.databaseUrl }) })
  })

  test('two who read the stream at once, as a process that has lost its lease might, make one ticket of each call', async () => {
    const db = openDatabase<TicketTables>({
      url: room.databaseUrl,
      logger: silent,
      connections: 4,
      schema: ticketSchema,
    })
    const facts = new HotlineFacts({
      office: room.service.office,
      rules: { branches: new Map() },
      onDayChanged: async () => {},
    })
    const store = new StreamStore({ db, source: 'hotline' })
    let applied = 0
    const apply: typeof facts.apply = async (own, event) => {
      applied += 1
      await facts.apply(own, event)
    }
    const second = consumerOf(`${room.feed.url.replace('http', 'ws')}/live`, store, apply)
    second.start()
    await until(() => second.status().connected, 'the second is connected')

    const calls = Array.from({ length: 300 }, () => newId())
    for (const callId of calls) {
      room.feed.log.append('call.answered', { callId, queue: 'general', agentId: '8001', legId: newId(), waitedMs: 1 })
    }

    await until(() => second.status().applied >= 300, 'the second has read all')
    await until(async () => (await countTickets(room)) === 300, '300 tickets')
    const drafts = await room.db.selectFrom('audit_entries').select('subject').where('action', '=', 'DRAFT').execute()
    expect(new Set(drafts.map(({ subject }) => subject)).size).toBe(300)
    expect(drafts).toHaveLength(300)
    expect(applied).toBeLessThanOrEqual(300)
    await second.stop()
    await db.destroy()
  })

  test('a fact without what we need of it is set aside, and those behind it go on', async () => {
    const odd = { callId: newId(), queue: 'general', agentId: '', legId: newId(), waitedMs: 1 }
    room.feed.log.append('call.answered', odd)

    await room.answeredCall()

    const refused = await room.db.selectFrom('refused_events').selectAll().execute()
    expect(refused).toHaveLength(1)
    expect(refused[0]?.reason).toContain('agentId')
  })

  test('voice messages and missed calls are registered by themselves, once each', async () => {
    const facts = new HotlineFacts({
      office: room.service.office,
      rules: { branches: new Map() },
      onDayChanged: async () => {},
    })
    const store = new StreamStore({ db: room.db, source: 'test' })
    const apply = (event: StreamEvent) => store.apply([event], facts.apply)
    const voicemail = { callId: newId(), callerNumber: '13800000002', voicemailId: 'vm-1', queue: 'general' }
    const missed = { callbackId: 'cb-1', callerNumber: '13800000003', callId: newId() }

    for (const [sequence, [type, data]] of [
      ['voicemail.left', voicemail],
      ['voicemail.left', voicemail],
      ['callback.opened', missed],
    ].entries()) {
      await apply({ id: newId(), type: String(type), subject: '', time: '2026-03-02T01:00:00Z', sequence, data })
    }

    const rows = await room.db.selectFrom('tickets').select(['state', 'kind', 'channel']).orderBy('channel').execute()
    expect(rows).toEqual([
      { state: 'registered', kind: 'callback', channel: 'missed-call' },
      { state: 'registered', kind: 'voicemail', channel: 'voicemail' },
    ])
  })

  test('a fact lost on the way is noticed: the connection is given up and resumed where it was', async () => {
    const feed = new ScriptedFeed([
      [hello(3), fact(1, 0), fact(3, 2)],
      [hello(3), fact(2, 1), fact(3, 2)],
    ])
    const { consumer, applied } = aConsumer(room, await feed.url())

    consumer.start()

    await until(() => consumer.status().applied === 3, 'three facts')
    expect(applied).toEqual([1, 2, 3])
    expect(feed.asked).toEqual([0, 1])
    expect(consumer.status().gaps).toBe(1)
    await consumer.stop()
    await feed.close()
  })

  test('a log put back to an older state is read again, and what is new in it comes into effect', async () => {
    const [one, two, three] = [fact(101, 0), fact(102, 101), fact(103, 102)]
    const renumbered = fact(103, 102)
    const feed = new ScriptedFeed([
      [hello(103), one, two, three],
      [hello(102)],
      [hello(103), { ...one, previous: 100 }, two, renumbered],
    ])
    const { consumer, applied } = aConsumer(room, await feed.url())
    consumer.start()
    await until(() => consumer.status().applied === 103, 'three facts')

    feed.cut()

    await until(() => applied.length === 4, 'the new fact 103')
    expect(feed.asked).toEqual([0, 103, 100])
    await consumer.stop()
    await feed.close()
  })
})

type Message = { readonly type: string }
const hello = (sequence: number) => ({ type: 'hello', sequence, window: 256 })
const fact = (sequence: number, previous: number) => ({
  type: 'event',
  event: { id: newId(), type: 'x', subject: 'x', time: '2026-03-02T01:00:00Z', sequence: String(sequence), data: {} },
  previous,
})

/** A hotline whose feed says what the test wrote down, one list a connection. */
class ScriptedFeed {
  readonly asked: number[] = []
  readonly #server: WebSocketServer

  constructor(connections: readonly (readonly Message[])[]) {
    this.#server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    this.#server.on('connection', (socket, request) => {
      this.asked.push(Number(new URL(request.url ?? '', 'ws://x').searchParams.get('after')))
      for (const message of connections[this.asked.length - 1] ?? []) socket.send(JSON.stringify(message))
    })
  }

  async url(): Promise<string> {
    await until(() => this.#server.address() !== null, 'the feed listens')
    const address = this.#server.address()
    return `ws://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/live`
  }

  cut(): void {
    for (const socket of this.#server.clients) socket.terminate()
  }

  close(): Promise<void> {
    this.cut()
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }
}

function aConsumer(room: TicketRoom, url: string) {
  const applied: number[] = []
  const store = new StreamStore({ db: room.db, source: 'scripted' })
  const consumer = consumerOf(url, store, async (_, { sequence }) => void applied.push(sequence))
  return { consumer, applied }
}

function consumerOf(url: string, store: StreamStore, apply: ApplyEvent): StreamConsumer {
  return new StreamConsumer({
    url,
    token: feedToken,
    store,
    apply,
    clock: systemClock,
    logger: silent,
    onApplied: () => {},
  })
}
