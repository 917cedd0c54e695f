import { ConfigurationError, createLogger, type LogLevel, logLevels, messageOf, newSecret } from '../../kernel/index.ts'
import { type SipListen, startSipServer } from './index.ts'

const help = `Usage: node dist/src/embedded/sip-server/main.js [--help]

A SIP server that drachtio-srf applications connect to as they do to drachtio-server. Environment:
  SIP_LISTEN         where to speak SIP (default udp:127.0.0.1:5060,tcp:127.0.0.1:5060; ws:127.0.0.1:5066 for browsers)
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
  const origins = (env.SIP_WS_ORIGINS ?? '').split(',').filter(Boolean)
  const secret = env.SIP_ADMIN_SECRET ?? newSecret()
  if (!env.SIP_ADMIN_SECRET) console.log(`SIP_ADMIN_SECRET=${secret}`)
  const server = await startSipServer({
    sip: parseListen(env.SIP_LISTEN ?? 'udp:127.0.0.1:5060,tcp:127.0.0.1:5060', origins),
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

function parseListen(text: string, origins: readonly string[]): SipListen[] {
  return text.split(',').map((each) => {
    const match = /^(udp|tcp|ws):(.+):(\d+)$/.exec(each.trim())
    if (!match) {
      throw new ConfigurationError(
        `SIP_LISTEN: "${each}" is not of the form udp:127.0.0.1:5060 (udp, tcp or ws); separate several by commas`,
      )
    }
    const [, transport = '', host = '', port = ''] = match
    return { transport: transport as SipListen['transport'], host, port: parsePort(port), origins }
  })
}

function parsePort(text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new ConfigurationError(`"${text}" is no port number`)
  return port
}
