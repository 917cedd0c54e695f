import { test } from 'vitest'
import { createSoftphones } from '../../../../src/embedded/softphone/index.ts'
import { createLogger } from '../../../../src/kernel/index.ts'
import { sipServers } from '../../../support/drachtio-daemon.ts'
import { startSmallEdge } from './a-registrar.ts'
test('loop', async () => {
  const { start } = sipServers().find(({ isReal }) => isReal)!
  const timed = async <T,>(what: string, i: number, p: Promise<T>): Promise<T> => {
    const t = setTimeout(() => console.log('SLOW', i, what), 5000)
    const s = Date.now()
    try { return await p } finally { clearTimeout(t); const d = Date.now() - s; if (d > 3000) console.log('took', i, what, d) }
  }
  for (let i = 0; i < 60; i++) {
    const edge = await timed('edge', i, startSmallEdge({ start, password: 'secret', offers: ['SHA-256', 'MD5'] }))
    const phones = await timed('phones', i, createSoftphones({ logger: createLogger({ name: 'softphones', level: 'error' }) }))
    const phone = phones.phone({ user: '1001', password: 'secret', registrar: edge, transport: 'udp', digest: 'SHA-256' })
    await timed('register', i, phone.register({ expires: 60 }))
    await timed('unregister', i, phone.unregister())
    await timed('close', i, phones.close())
    await timed('stop', i, edge.stop())
  }
}, 300_000)
