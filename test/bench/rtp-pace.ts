import { RtpPorts, RtpSession, Ticker, ToneSource } from '../../src/embedded/rtp/index.ts'
import type { Finding } from './finding.ts'
import type { InstrumentOptions } from './instrument.ts'
import { resultOf } from './result.ts'

const streams = 200
/** Ticks of 20 ms: while the code is warmed up, and measured at a time. */
const beats = { warmUp: 100, round: 50 } as const

/** How late the worst tick of each second is while 200 RTP streams run both ways. `calls` is the number of seconds. */
export async function rtpPaceBench(options: InstrumentOptions): Promise<Finding> {
  const { calls = 20 } = options
  const ticker = new Ticker()
  const ports = new RtpPorts({ host: '127.0.0.1', first: 0, last: 0 })
  const opened: RtpSession[] = []
  for (let count = 0; count < streams; count += 1) opened.push(await RtpSession.open({ ports, ticker }))
  opened.forEach((session, index) => {
    const other = opened[index ^ 1] ?? session
    session.setRemote({ address: '127.0.0.1', port: other.port, law: 'alaw' })
    session.setSource(new ToneSource({ frequencies: [300 + index] }))
  })
  await wait(ticker, beats.warmUp)
  const samples: number[] = []
  for (let second = 0; second < calls; second += 1) {
    ticker.resetStats()
    await wait(ticker, beats.round)
    samples.push(Math.round(ticker.stats.worstLateMs * 10) / 10)
  }
  for (const session of opened) session.close()
  return resultOf({ name: 'rtp-pace', targetMs: 10 }, options, samples)
}

async function wait(ticker: Ticker, count: number): Promise<void> {
  const end = ticker.stats.ticks + count
  while (ticker.stats.ticks < end) await new Promise((resolve) => setTimeout(resolve, 20))
}
