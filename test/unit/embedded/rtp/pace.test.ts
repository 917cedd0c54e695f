import { afterEach, expect, test } from 'vitest'
import { RtpPorts, RtpSession, Ticker, ToneSource } from '../../../../src/embedded/rtp/index.ts'
import { until } from '../../../support/until.ts'

const opened: RtpSession[] = []
afterEach(() => {
  for (const session of opened.splice(0)) session.close()
})

// How well the beat is kept is measured by `npm run bench -- rtp-pace`: a busy machine is no fault of the code.
test('pace - 200 streams both ways lose no packet', async () => {
  const ticker = new Ticker()
  const ports = new RtpPorts({ host: '127.0.0.1', first: 0, last: 0 })
  for (let count = 0; count < 200; count += 1) opened.push(await RtpSession.open({ ports, ticker }))
  opened.forEach((session, index) => {
    const other = opened[index ^ 1] ?? session
    session.setRemote({ address: '127.0.0.1', port: other.port, law: 'alaw' })
    session.setSource(new ToneSource({ frequencies: [300 + index] }))
  })
  await beats(ticker, 200)
  for (const session of opened) session.setMuted(true)

  const arrived = () => opened.every(({ stats }, index) => arrivedAt(opened[index ^ 1]) === stats.sent)
  await until(arrived, 'what was sent has arrived')
  for (const { stats } of opened) expect(stats).toMatchObject({ refused: 0, duplicates: 0 })
  expect(Math.min(...opened.map(({ stats }) => stats.sent))).toBeGreaterThanOrEqual(200)
})

/** One that came after its beat is not played, and not lost. */
const arrivedAt = (session?: RtpSession) => (session?.stats.received ?? 0) + (session?.stats.late ?? 0)

async function beats(ticker: Ticker, count: number): Promise<void> {
  const end = ticker.stats.ticks + count
  while (ticker.stats.ticks < end) await new Promise((resolve) => setTimeout(resolve, 20))
}
