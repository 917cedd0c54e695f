import { createLogger, endOnSignal, messageOf } from '../src/kernel/index.ts'
import { edgeConfigHelp, readEdgeConfig } from './config.ts'
import { startEdge } from './edge.ts'

if (process.argv.includes('--help')) {
  console.log(`The SIP edge: registrar of the phones, admission, and the way to the switches.\n${edgeConfigHelp}`)
  process.exit(0)
}

try {
  const config = readEdgeConfig(process.env)
  const logger = createLogger({ name: 'edge', level: config.logLevel })
  const edge = await startEdge(config, logger)
  endOnSignal({ logger, limitMs: 10_000, stop: () => edge.stop() })
  logger.info('SIP edge started')
} catch (error) {
  console.error(`the SIP edge cannot start: ${messageOf(error)}`)
  process.exit(1)
}
