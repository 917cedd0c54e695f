import { createLogger, endOnSignal, messageOf } from '../kernel/index.ts'
import { startTicketService } from './app.ts'
import { readTicketConfig, ticketConfigHelp } from './config.ts'

if (process.argv.includes('--help')) {
  console.log(`The ticket service: turns calls into matters that somebody closes in time.\n${ticketConfigHelp}`)
  process.exit(0)
}

try {
  const config = readTicketConfig(process.env)
  const logger = createLogger({ name: 'tickets', level: config.logLevel })
  const service = await startTicketService(config, logger)
  endOnSignal({ logger, limitMs: 20_000, stop: () => service.stop() })
  logger.info({ http: config.http }, 'ticket service started')
} catch (error) {
  console.error(`the ticket service cannot start: ${messageOf(error)}`)
  process.exit(1)
}
