import { createLogger, type LogLevel, logLevels, messageOf, newSecret } from '../../kernel/index.ts'
import { startSipServer } from './index.ts'
import { parsePort, readListen } from './listen-setting.ts'

const help = `Usage: node dist/src/embedded/sip-server/main.js [--help]

A SIP server that drachtio-srf applications connect to as they do to drachtio-server. Environment:
  SIP_LISTEN         where to speak SIP (default udp:127.0.0.1:5060,tcp:127.0.0.1:5060; ws:127.0.0.1:5066 for browsers)
                     wss:0.0.0.0:5067 for browsers elsewhere
  SIP_TLS_CERT       certificate of wss, with its chain: a file in PEM
  SIP_TLS_KEY        its key: a file in PEM
  SIP_WS_ORIGINS     origins of pages that may connect, besides those of the host connected to
  SIP_ADMIN_HOST     where applications connect (default 127.0.0.1)
  SIP_ADMIN_PORT     the port for it (default 9022)
  SIP_ADMIN_SECRET   what they must know (default: made up and printed once)
  LOG_LEVEL          ${logLevels.join(', ')} (default info)`

if (process.argv.includes('--help')) console.log(help)
else {
  run().catch((error: unknown) => {
    console.error(messageOf(error))
    process.exitCode = 1
  })
}

async function run(): Promise<void> {
  const { env } = process
  const level = logLevels.find((each) => each === env.LOG_LEVEL) ?? ('info' satisfies LogLevel)
  const logger = createLogger({ name: 'sip-server', level })
  const secret = env.SIP_ADMIN_SECRET ?? newSecret()
  if (!env.SIP_ADMIN_SECRET) console.log(`SIP_ADMIN_SECRET=${secret}`)
  const server = await startSipServer({
    sip: readListen(env),
    admin: { host: env.SIP_ADMIN_HOST ?? '127.0.0.1', port: parsePort(env.SIP_ADMIN_PORT ?? '9022'), secret },
    logger,
  })
  logger.info({ adminPort: server.adminPort }, 'SIP server started')
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      server.close().then(
        () => process.exit(0),
        () => process.exit(1),
      )
    })
  }
}
