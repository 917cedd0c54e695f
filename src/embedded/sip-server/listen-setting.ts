import { readFileSync } from 'node:fs'
import { ConfigurationError, isLoopback, messageOf } from '../../kernel/index.ts'
import type { TlsKeys } from './transport.ts'
import type { SipListen } from './transport-layer.ts'

interface WebSocketSettings {
  readonly origins: readonly string[]
  readonly tls: TlsKeys | undefined
}

/** Where to speak SIP, by the environment. Throws ConfigurationError saying what is wrong with it. */
export function readListen(env: NodeJS.ProcessEnv): SipListen[] {
  const { SIP_LISTEN = 'udp:127.0.0.1:5060,tcp:127.0.0.1:5060', SIP_WS_ORIGINS = '' } = env
  const settings = { origins: SIP_WS_ORIGINS.split(',').filter(Boolean), tls: readTls(env) }
  return SIP_LISTEN.split(',').map((each) => parseListen(each.trim(), settings))
}

export function parsePort(text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new ConfigurationError(`"${text}" is no port number`)
  return port
}

function parseListen(text: string, { origins, tls }: WebSocketSettings): SipListen {
  const [, transport = '', host = '', port = ''] = /^(udp|tcp|ws|wss):(.+):(\d+)$/.exec(text) ?? []
  if (transport === '') {
    throw new ConfigurationError(
      `SIP_LISTEN: "${text}" is not of the form udp:127.0.0.1:5060 (udp, tcp, ws or wss); separate several by commas`,
    )
  }
  if (transport === 'ws' && !isLoopback(host)) {
    throw new ConfigurationError(`SIP_LISTEN: "${text}" would be open to a network without TLS: use wss there`)
  }
  const listen = { transport: transport as SipListen['transport'], host, port: parsePort(port), origins }
  if (transport !== 'wss') return listen
  if (!tls) throw new ConfigurationError(`SIP_LISTEN: "${text}" needs a certificate: set SIP_TLS_CERT and SIP_TLS_KEY`)
  return { ...listen, tls }
}

/** Certificate and key of `wss`; undefined when none are named. */
function readTls({ SIP_TLS_CERT: cert, SIP_TLS_KEY: key }: NodeJS.ProcessEnv): TlsKeys | undefined {
  if (!cert && !key) return undefined
  if (!cert || !key) throw new ConfigurationError('SIP_TLS_CERT and SIP_TLS_KEY belong together: set both or neither')
  return { cert: readPem('SIP_TLS_CERT', cert), key: readPem('SIP_TLS_KEY', key) }
}

function readPem(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new ConfigurationError(`${name}=${path} cannot be read: ${messageOf(error)}`)
  }
}
