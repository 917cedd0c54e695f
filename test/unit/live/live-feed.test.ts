import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { newId } from '../../../src/kernel/index.ts'
import { until } from '../../support/until.ts'
import { Consumer } from './consumer.ts'
import { type Feed, ownFeeds } from './own-feeds.ts'

describe('live feed', () => {
  const { aFeed, tokenOf, consumer, keep } = ownFeeds()

  const accept = ({ log }: Feed, count = 1) =>
    Array.from({ length: count }, () => log.append('call.accepted', { callId: newId(), front: 'menu' }).id)
  const agentFact = ({ log }: Feed, agentId: string, extension = '8001') =>
    log.append('agent.offered', { agentId, callId: newId(), queue: 'general', legId: newId(), extension }).id

  test('a new consumer is told where the log ends, and gets what happens from then on', async () => {
    const feed = await aFeed()
    accept(feed, 3)
    await feed.log.flush(5000)

    const late = await consumer(feed)
    const [id] = accept(feed)
    await until(() => late.events.length > 0, 'the fact')

    expect(late.messages[0]).toEqual({ type: 'hello', sequence: 3, window: 256 })
    expect(late.ids).toEqual([id])
    expect(late.events[0]).toMatchObject({
      specversion: '1.0',
      source: '/yihao/test',
      type: 'call.accepted',
      datacontenttype: 'application/json',
      sequence: '0000000000000004',
    })
  })

  test('a consumer that was away resumes after what it acknowledged: every fact, in order, also across a restart', async () => {
    const before = await aFeed()
    const ids = accept(before, 40)
    const first = await consumer(before, '?after=0')
    await until(() => first.events.length === 40, 'forty facts')
    const acknowledged = Number(first.events[24]?.sequence)
    await before.close()
    await until(() => first.closed !== undefined, 'the feed is gone')

    const after = await aFeed()
    const more = accept(after, 700)
    const second = await consumer(after, `?after=${acknowledged}`)
    await until(() => {
      if (second.events.length > 0) second.acknowledge()
      return second.events.length === 715
    }, 'all facts')

    expect(second.ids).toEqual([...ids.slice(25), ...more])
    const sequences = second.events.map(({ sequence }) => Number(sequence))
    expect(sequences).toEqual([...sequences].sort((a, b) => a - b))
  })

  test('at most 256 facts are sent ahead of the acknowledgements', async () => {
    const feed = await aFeed()
    accept(feed, 600)
    await feed.log.flush(5000)
    const slow = await consumer(feed, '?after=0')
    await until(() => slow.events.length >= 256, 'the window is full')
    // Something that comes later shows that nothing more was on the way.
    slow.socket.ping()
    await new Promise((resolve) => slow.socket.once('pong', resolve))
    expect(slow.events).toHaveLength(256)

    slow.acknowledge(Number(slow.events[99]?.sequence))
    await until(() => slow.events.length >= 356, 'a hundred more')
    slow.socket.ping()
    await new Promise((resolve) => slow.socket.once('pong', resolve))

    expect(slow.events).toHaveLength(356)
  })

  test('facts that another process writes to the log reach this feed too, in their places', async () => {
    const feed = await aFeed()
    const other = await aFeed()
    const watching = await consumer(feed)
    const ids: string[] = []
    for (let round = 0; round < 30; round += 1) {
      ids.push(...accept(round % 3 === 0 ? other : feed, 1 + (round % 4)))
      await Promise.all([feed.log.flush(5000), other.log.flush(5000)])
    }
    ids.push(...accept(feed))

    await until(() => {
      if (watching.events.length > 0) watching.acknowledge()
      return watching.events.length >= ids.length
    }, 'all facts')

    expect(watching.ids).toEqual(ids)
  })

  test('no fact is left lying when facts, commits and acknowledgements come in any order', async () => {
    const feed = await aFeed()
    const watching = [await consumer(feed), await consumer(feed, '', { role: 'agent', agentId: '1' })]
    const ids: string[] = []
    for (let round = 0; round < 300; round += 1) {
      ids.push(agentFact(feed, '1'))
      if (round % 2 === 0) accept(feed, round % 5)
      if (round % 3 === 0) await new Promise((resolve) => setImmediate(resolve))
      if (round % 7 === 0) await feed.log.flush(5000)
      for (const each of watching) if (round % 11 === 0 && each.events.length > 0) each.acknowledge()
    }

    const own = (each: Consumer | undefined) =>
      each?.events.filter(({ type }) => type === 'agent.offered').map(({ id }) => id) ?? []
    for (const each of watching) {
      await until(() => {
        if (each.events.length > 250) each.acknowledge()
        return own(each).length === ids.length
      }, 'all facts')
      expect(own(each)).toEqual(ids)
    }
  })

  test.each([
    ['no JSON', 'hello'],
    ['another type', '{"type":"subscribe"}'],
    ['no number', '{"type":"ack","sequence":"1"}'],
    ['a negative number', '{"type":"ack","sequence":-1}'],
    ['a fraction', '{"type":"ack","sequence":1.5}'],
    ['a number too big', '{"type":"ack","sequence":1e300}'],
    ['null', 'null'],
    ['a list', '[]'],
    ['nothing', ''],
    ['binary', randomBytes(20)],
  ])('a message that is %s is answered with an error and ends the connection with 4400', async (_what, message) => {
    const feed = await aFeed()
    const bad = await consumer(feed)
    const good = await consumer(feed)

    bad.socket.send(message)
    await until(() => bad.closed !== undefined, 'closed')
    const [id] = accept(feed)
    await until(() => good.events.length === 1, 'the fact')

    expect(bad.closed?.code).toBe(4400)
    expect(bad.messages.at(-1)).toMatchObject({ type: 'error' })
    expect(good.ids).toEqual([id])
  })

  test('a message of 100 kB ends the connection', async () => {
    const feed = await aFeed()
    const bad = await consumer(feed)

    bad.socket.send('x'.repeat(100_000))

    await until(() => bad.closed !== undefined, 'closed')
    expect(bad.closed?.code).toBe(1009)
  })

  test('a consumer that reads nothing is cut off, and the others get everything', async () => {
    const feed = await aFeed()
    const stalled = await consumer(feed, '?early=true')
    const quick = await consumer(feed, '?early=true')
    stalled.socket.pause()
    const serverSockets = () => [...feed.app.websocketServer.clients].length

    const ids: string[] = []
    const filler = 'x'.repeat(20_000)
    while (serverSockets() === 2 && ids.length < 2000) {
      ids.push(agentFact(feed, filler))
      if (ids.length % 10 === 0) await until(() => quick.early.length === ids.length, 'the quick one has it')
      if (quick.events.length > 100) quick.acknowledge()
    }

    expect(serverSockets()).toBe(1)
    await until(() => {
      if (quick.events.length > 0) quick.acknowledge()
      return quick.events.length === ids.length
    }, 'everything')
    expect(quick.ids).toEqual(ids)
    expect(quick.early.map(({ id }) => id)).toEqual(ids)
  })

  test('a consumer that hears nothing of pings is no reason for a stop to take long', async () => {
    const feed = await aFeed()
    const stalled = await consumer(feed)
    stalled.socket.pause()
    const start = Date.now()

    await feed.close()

    expect(Date.now() - start).toBeLessThan(5000)
  })

  test('an agent sees what concerns that agent, and nothing else', async () => {
    const feed = await aFeed()
    const desk = await consumer(feed, '?after=0', { role: 'agent', agentId: '8001' })
    const nobody = await consumer(feed, '?after=0', { role: 'agent', agentId: null })
    const overseer = await consumer(feed, '?after=0', { role: 'supervisor' })
    agentFact(feed, '8002')
    accept(feed)
    const own = agentFact(feed, '8001')
    const last = agentFact(feed, '8001')

    await until(() => desk.ids.includes(last) && overseer.ids.length === 4, 'all facts')

    expect(desk.ids).toEqual([own, last])
    expect(desk.early.map(({ id }) => id)).toEqual([own, last])
    expect(nobody.messages.map(({ type }) => type)).toEqual(['hello'])
    expect(overseer.early).toEqual([])
  })

  test.each([
    ['at an own desk', { target: 'agent:8002' }],
    ['at a seat of a branch', { target: '12333', colleague: '8002' }],
  ])('whom a call is handed to %s is told of it, like who had it', async (_, third) => {
    const feed = await aFeed()
    const [from, to, other] = await Promise.all(
      ['8001', '8002', '8003'].map((agentId) => consumer(feed, '?after=0', { role: 'agent', agentId })),
    )
    const handed = { callId: newId(), agentId: '8001', legId: newId(), ...third }
    const transferred = feed.log.append('call.transferred', handed).id
    const last = agentFact(feed, '8003')

    await until(() => other?.ids.includes(last) === true, 'all facts')

    expect([from?.ids, to?.ids, other?.ids]).toEqual([[transferred], [transferred], [last]])
  })

  test('callbacks are every agent’s, since whoever is quickest takes one', async () => {
    const feed = await aFeed()
    const desk = await consumer(feed, '?after=0', { role: 'agent', agentId: '8001' })
    const nobody = await consumer(feed, '?after=0', { role: 'agent', agentId: null })
    const callback = { callbackId: newId(), callId: newId(), agentId: '8002' }
    const taken = feed.log.append('callback.attempted', { ...callback, attempt: 1 }).id
    const closing = { outcome: 'expired', by: null, reason: 'nobody could call in time' } as const
    const closed = feed.log.append('callback.closed', { callbackId: newId(), ...closing }).id

    await until(() => desk.ids.includes(closed), 'all facts')

    expect(desk.ids).toEqual([taken, closed])
    expect(nobody.messages.map(({ type }) => type)).toEqual(['hello'])
  })

  test('an early copy has no sequence and comes again, committed, with the same id', async () => {
    const feed = await aFeed()
    const desk = await consumer(feed, '', { role: 'agent', agentId: '8001' })

    const id = agentFact(feed, '8001')
    await until(() => desk.ids.includes(id), 'committed')

    const [early] = desk.early
    expect(early).toMatchObject({ id, type: 'agent.offered' })
    expect(early).not.toHaveProperty('sequence')
    expect(desk.events[0]).toEqual({ ...early, sequence: '0000000000000001' })
    const order = desk.messages.map(({ type }) => type)
    expect(order.indexOf('early')).toBeLessThan(order.indexOf('event'))
  })

  test('a browser sends its token as a subprotocol', async () => {
    const feed = await aFeed()
    const browser = new Consumer(`ws://127.0.0.1:${feed.port}/live`, { protocols: [`bearer.${tokenOf(feed)}`] })
    keep(browser)

    await browser.opened()

    // Without a protocol in the answer a browser gives up (RFC 6455 section 4.1).
    expect(browser.socket.protocol).not.toBe('')
  })

  test.each([
    ['no token', {}, 401],
    ['a token that is none', { protocols: ['bearer.nonsense'] }, 401],
    ['a token in the address', { query: 'token' }, 401],
    ['a place that is none', { query: 'after=-1', valid: true }, 400],
    ['a place that is no number', { query: 'after=x', valid: true }, 400],
  ])(
    'with %s nobody gets in',
    async (_what, options: { protocols?: string[]; query?: string; valid?: boolean }, status) => {
      const feed = await aFeed()
      const query = options.query === 'token' ? `?token=${tokenOf(feed)}` : `?${options.query ?? ''}`
      const token = options.valid ? tokenOf(feed) : undefined
      const refused = new Consumer(`ws://127.0.0.1:${feed.port}/live${query}`, {
        protocols: options.protocols ?? [],
        token,
      })
      const answer = await new Promise<number>((resolve) => {
        refused.socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0))
      })

      expect(answer).toBe(status)
    },
  )

  test('an ordinary request to the feed is no connection and does not hang', async () => {
    const feed = await aFeed()

    const answer = await fetch(`http://127.0.0.1:${feed.port}/live`, {
      headers: { authorization: `Bearer ${tokenOf(feed)}` },
    })

    expect(answer.status).toBe(404)
  })

  test('garbage after the upgrade ends that connection alone', async () => {
    const feed = await aFeed()
    const good = await consumer(feed)
    const socket = connect(feed.port, '127.0.0.1')
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.resume()
    socket.write(
      `GET /live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\nAuthorization: Bearer ${tokenOf(feed)}\r\n\r\n`,
    )
    await until(() => feed.app.websocketServer.clients.size === 2, 'both are connected')

    socket.write(Buffer.alloc(1000, 0xff))
    await closed
    const [id] = accept(feed)

    await until(() => good.ids.length === 1, 'the fact')
    expect(good.ids).toEqual([id])
  })
})
