import { startHotline } from './app.ts'
import { configHelp, readConfig } from './config.ts'
import { createLogger, endOnSignal, messageOf } from './kernel/index.ts'

if (process.argv.includes('--help')) {
  console.log(`The hotline service: takes calls from the switches and brings them to people.\n${configHelp}`)
  process.exit(0)
}

try {
  const config = readConfig(process.env)
  const logger = createLogger({ name: 'hotline', level: config.logLevel })
  const hotline = await startHotline(config, logger)
  if (hotline.firstAdminPassword) {
    // Printed once and nowhere kept: not through the logger, whose lines are.
    console.log(`first admin: user name "admin", password "${hotline.firstAdminPassword}" - it is not shown again`)
  }
  endOnSignal({ logger, limitMs: (config.drainSeconds + 20) * 1000, stop: () => hotline.stop() })
  logger.info({ http: config.http }, 'hotline service started')
} catch (error) {
  console.error(`the hotline service cannot start: ${messageOf(error)}`)
  process.exit(1)
}
