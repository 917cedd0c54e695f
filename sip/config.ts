import { type Address, Environment, type LogLevel, logLevels } from '../src/kernel/index.ts'

/** Everything the SIP edge is told from outside. */
export interface EdgeConfig {
  readonly databaseUrl: string
  /** drachtio-server's admin port, and its secret. */
  readonly sipServer: Address
  readonly sipServerSecret: string
  /** SIP addresses of the switches. */
  readonly switches: readonly Address[]
  /** Numbers that are ours; a call to any other number is refused. */
  readonly hotlineNumbers: ReadonlySet<string>
  readonly realm: string
  /** Challenges in the order they are sent. Phones that know one algorithm only often look at the first alone. */
  readonly digestAlgorithms: readonly ('MD5' | 'SHA-256')[]
  /** New calls a second from one address, and from all, before 503. */
  readonly callsPerSourcePerSecond: number
  readonly callsPerSecond: number
  /** Whether anonymous callers may call from a browser: the page `/phone`. */
  readonly citizenPhone: boolean
  /** Whether phones that do not subscribe are told of their messages all the same. */
  readonly unsolicitedLamps: boolean
  readonly logLevel: LogLevel
}

export const edgeConfigHelp = `
  DATABASE_URL           PostgreSQL with the phones' accounts (required)
  SIP_SERVER             admin port of drachtio-server                 127.0.0.1:9022
  SIP_SERVER_SECRET      its secret (required)
  SWITCHES_SIP           SIP addresses of the switches                 127.0.0.1:5080
  HOTLINE_NUMBERS        numbers answered here, comma-separated        12345
  SIP_REALM              digest realm                                  yihao
  SIP_DIGEST             challenges, first preferred                   MD5,SHA-256
  CALLS_PER_SOURCE       new calls a second from one address           50
  CALLS_PER_SECOND       new calls a second altogether                 200
  CITIZEN_PHONE          on: anonymous calls from browsers, for trying out off
  MESSAGE_LAMPS          all: also phones that do not subscribe        subscribed
  LOG_LEVEL              ${logLevels.join(', ')}          info
`

/** Throws ConfigurationError naming every variable that is missing or wrong. */
export function readEdgeConfig(variables: NodeJS.ProcessEnv): EdgeConfig {
  const environment = new Environment(variables)
  const config: EdgeConfig = {
    databaseUrl: environment.text('DATABASE_URL', { meaning: 'the PostgreSQL of the hotline service' }),
    sipServer: environment.address('SIP_SERVER', { fallback: '127.0.0.1:9022' }),
    sipServerSecret: environment.text('SIP_SERVER_SECRET', { meaning: 'the secret of drachtio-server' }),
    switches: environment.addresses('SWITCHES_SIP', { fallback: '127.0.0.1:5080' }),
    hotlineNumbers: new Set(environment.list('HOTLINE_NUMBERS', { fallback: ['12345'] })),
    realm: environment.text('SIP_REALM', { fallback: 'yihao', meaning: '' }),
    digestAlgorithms: environment
      .list('SIP_DIGEST', { fallback: ['MD5', 'SHA-256'] })
      .filter((name): name is 'MD5' | 'SHA-256' => name === 'MD5' || name === 'SHA-256'),
    callsPerSourcePerSecond: environment.integer('CALLS_PER_SOURCE', { fallback: 50, min: 1, max: 10_000 }),
    callsPerSecond: environment.integer('CALLS_PER_SECOND', { fallback: 200, min: 1, max: 10_000 }),
    citizenPhone: environment.choice('CITIZEN_PHONE', { fallback: 'off', choices: ['off', 'on'] }) === 'on',
    unsolicitedLamps:
      environment.choice('MESSAGE_LAMPS', { fallback: 'subscribed', choices: ['subscribed', 'all'] }) === 'all',
    logLevel: environment.choice('LOG_LEVEL', { fallback: 'info', choices: logLevels }),
  }
  environment.check()
  return Object.freeze(config)
}
