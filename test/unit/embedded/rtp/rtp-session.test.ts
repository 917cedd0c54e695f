import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, expect, test } from 'vitest'
import {
  type DigitEvent,
  hearsTone,
  RtpPorts,
  RtpSession,
  rtpHeaderLength,
  Ticker,
  ToneSource,
  writeRtpHeader,
} from '../../../../src/embedded/rtp/index.ts'

const host = '127.0.0.1'
const opened: RtpSession[] = []

afterEach(() => {
  for (const session of opened.splice(0)) session.close()
})

interface Listener {
  session: RtpSession
  keys: DigitEvent[]
  /** Resolves at the first frame `test` holds for. */
  frame(test: (frame: Int16Array) => boolean): Promise<void>
}

async function listener(ticker: Ticker): Promise<Listener> {
  const keys: DigitEvent[] = []
  let onFrame: (frame: Int16Array) => void = () => undefined
  const session = await RtpSession.open({
    ports: new RtpPorts({ host, first: 0, last: 0 }),
    ticker,
    onDigit: (event) => keys.push(event),
    onFrame: (frame) => onFrame(frame),
  })
  opened.push(session)
  const frame = (test: (frame: Int16Array) => boolean): Promise<void> =>
    new Promise((resolve) => {
      onFrame = (samples) => {
        if (test(samples)) resolve()
      }
    })
  return { session, keys, frame }
}

async function pair(): Promise<[Listener, Listener]> {
  const ticker = new Ticker()
  const [near, far] = [await listener(ticker), await listener(ticker)]
  near.session.setRemote({ address: host, port: far.session.port, law: 'alaw', eventPayloadType: 101 })
  far.session.setRemote({ address: host, port: near.session.port, law: 'ulaw', eventPayloadType: 101 })
  return [near, far]
}

test('RTP session - a tone sent in A-law is heard on the other side, one in µ-law comes back', async () => {
  const [near, far] = await pair()
  near.session.setSource(new ToneSource({ frequencies: [440] }))
  far.session.setSource(new ToneSource({ frequencies: [800] }))

  await Promise.all([far.frame((samples) => hearsTone(samples, 440)), near.frame((samples) => hearsTone(samples, 800))])

  expect(far.session.stats.refused).toBe(0)
})

test('RTP session - keys are heard once each while the tone goes on', async () => {
  const [near, far] = await pair()
  near.session.setSource(new ToneSource({ frequencies: [440] }))

  near.session.sendDigits('12#', 60)
  await far.frame(() => far.keys.length === 3)
  await far.frame((samples) => hearsTone(samples, 440))

  expect(far.keys.map((key) => key.digit).join('')).toBe('12#')
})

test('RTP session - keys sent with payload type 96 in a stream of their own are heard, as SIPp sends them', async () => {
  const [near, far] = await pair()
  near.session.setSource(new ToneSource({ frequencies: [440] }))
  far.session.setRemote({ address: host, port: near.session.port, law: 'alaw', eventPayloadType: 96 })
  near.session.setRemote({ address: host, port: far.session.port, law: 'alaw', eventPayloadType: 101 })

  far.session.sendDigits('7', 60)
  await near.frame(() => near.keys.length === 1)

  expect(near.keys[0]?.digit).toBe('7')
})

test('RTP session - packets from an address signalling did not name are not heard', async () => {
  const [near, far] = await pair()
  near.session.setRemote({ address: '127.0.0.2', port: far.session.port, law: 'alaw' })
  const intruder = createSocket('udp4')
  intruder.bind(0, host)
  await once(intruder, 'listening')

  const packet = Buffer.alloc(rtpHeaderLength + 160, 0x2a)
  writeRtpHeader(packet, { marker: false, payloadType: 8, sequence: 1, timestamp: 0, ssrc: 1 })
  intruder.send(packet, near.session.port, host)
  await near.frame(() => near.session.stats.refused > 0)

  expect(near.session.stats.received).toBe(0)
  intruder.close()
})

test('RTP session - ports are taken in turn from their range, beginning anywhere', async () => {
  const ports = new RtpPorts({ host, first: 42_000, last: 42_100 })
  const ticker = new Ticker()

  const first = await RtpSession.open({ ports, ticker })
  const second = await RtpSession.open({ ports, ticker })
  opened.push(first, second)

  for (const { port } of [first, second]) {
    expect(port % 2).toBe(0)
    expect(port).toBeGreaterThanOrEqual(42_000)
    expect(port).toBeLessThanOrEqual(42_100)
  }
  expect(second.port).not.toBe(first.port)
})
