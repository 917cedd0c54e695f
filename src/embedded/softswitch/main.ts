import { ConfigurationError, createLogger, type LogLevel, logLevels, messageOf } from '../../kernel/index.ts'
import { startSoftswitch } from './index.ts'

const help = `Soft switch: stands in for FreeSWITCH (see README.md for the subset it speaks).

  SWITCH_SIP_HOST       address SIP and RTP listen on      127.0.0.1
  SWITCH_SIP_PORT       SIP port, UDP and TCP              5080
  SWITCH_ESL_HOST       address of the event socket        127.0.0.1
  SWITCH_ESL_PORT       its port                           8021
  SWITCH_ESL_PASSWORD   its password                       required
  SWITCH_RTP_PORTS      RTP ports, first-last              16384-32767
  SWITCH_DIALPLAN_DIR   FreeSWITCH configuration directory dialplans
  SWITCH_LOG_LEVEL      ${logLevels.join(', ').padEnd(34)} info

Variables that vars.xml reads with env-set (YIHAO_PROMPTS, YIHAO_EDGE_ALLOW, …) work as with FreeSWITCH.
`

async function main(): Promise<void> {
  if (process.argv.includes('--help')) {
    process.stdout.write(help)
    return
  }
  const logger = createLogger({ name: 'softswitch', level: logLevel() })
  const stop = (): void => void softswitch.close().then(() => process.exit(0))
  const softswitch = await startSoftswitch({
    sip: { host: process.env.SWITCH_SIP_HOST ?? '127.0.0.1', port: portFrom('SWITCH_SIP_PORT', 5080) },
    esl: {
      host: process.env.SWITCH_ESL_HOST ?? '127.0.0.1',
      port: portFrom('SWITCH_ESL_PORT', 8021),
      password: required('SWITCH_ESL_PASSWORD'),
    },
    rtp: rtpPorts(),
    configuration: process.env.SWITCH_DIALPLAN_DIR ?? 'dialplans',
    logger,
    onShutdown: () => stop(),
  })
  logger.info({ sipPort: softswitch.sipPort, eslPort: softswitch.eslPort }, 'Soft switch is ready')
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
}

function required(name: string): string {
  const value = process.env[name]
  if (!value) throw new ConfigurationError(`${name} is not set: choose a password for the event socket`)
  return value
}

function portFrom(name: string, otherwise: number): number {
  const text = process.env[name] ?? String(otherwise)
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new ConfigurationError(`${name}=${text} is no port: use 0 … 65535`)
  return port
}

function rtpPorts(): { first: number; last: number } {
  const text = process.env.SWITCH_RTP_PORTS ?? '16384-32767'
  const match = /^(\d+)-(\d+)$/.exec(text)
  const [first, last] = [Number(match?.[1]), Number(match?.[2])]
  if (match === null || first > last || last > 65_535) {
    throw new ConfigurationError(`SWITCH_RTP_PORTS=${text} is no range of ports: write it like 16384-32767`)
  }
  return { first, last }
}

function logLevel(): LogLevel {
  const wanted = process.env.SWITCH_LOG_LEVEL ?? 'info'
  const level = logLevels.find((known) => known === wanted)
  if (level === undefined)
    throw new ConfigurationError(`SWITCH_LOG_LEVEL=${wanted}: use one of ${logLevels.join(', ')}`)
  return level
}

try {
  await main()
} catch (failure) {
  process.stderr.write(`${messageOf(failure)}\n`)
  process.exitCode = 1
}
