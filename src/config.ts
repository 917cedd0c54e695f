import { join } from 'node:path'
import {
  type Address,
  ConfigurationError,
  Environment,
  isLoopback,
  type LogLevel,
  logLevels,
  projectRoot,
} from './kernel/index.ts'

/** Everything the hotline service is told from outside; read once and then frozen. */
export interface Config {
  readonly databaseUrl: string
  readonly http: Address
  readonly switches: readonly (Address & { readonly name: string })[]
  readonly switchPassword: string
  /** The SIP edge as the switches reach it: host:port. */
  readonly edge: string
  /** Prompts as the switches see them, and as this process does. */
  readonly promptsDir: string
  readonly menusDir: string
  readonly migrationsDir: string
  readonly cityFile: string
  /** Journal of facts. */
  readonly stateDir: string
  /** Where switches record to, under the same path here and there. */
  readonly spoolDir: string
  /** Where sounds are kept, sealed. */
  readonly soundsDir: string
  /** `name:64 hexadecimal digits`, the one for new files first. */
  readonly soundKeys: string
  /** Digest realm of the phones. */
  readonly sipRealm: string
  /** Where browsers find the SIP edge by WebSocket; undefined: agents have desk phones only. */
  readonly sipWsUrl: string | undefined
  /** Whether everybody may call from the page /phone, as the edge allows too. */
  readonly citizenPhone: boolean
  /** How long calls in progress may go on after SIGTERM, seconds. */
  readonly drainSeconds: number
  readonly logLevel: LogLevel
  /** Signs sessions; undefined: a secret of our own, kept in the database. */
  readonly sessionSecret: string | undefined
  /** The built web pages. */
  readonly webDir: string
  /** The ticket service, whose API the pages reach through ours; undefined: there is none. */
  readonly ticketsUrl: string | undefined
  /** Reverse proxies before us: addresses whose X-Forwarded-For and -Proto are believed. */
  readonly trustedProxies: readonly string[]
  /** Tokens of programs, such as the ticket service, by their name. */
  readonly serviceTokens: ReadonlyMap<string, string>
}

/** The variables of {@link readConfig}, for `--help`. */
export const configHelp = `
  DATABASE_URL         PostgreSQL, e.g. postgres://user:password@host/yihao (required)
  HTTP_LISTEN          where HTTP and WebSocket listen           127.0.0.1:8080
  SWITCHES             event sockets, host:port, comma-separated 127.0.0.1:8021
  SWITCH_ESL_PASSWORD  their password (required)
  EDGE_ADDRESS         the SIP edge as the switches reach it     127.0.0.1:5060
  SIP_REALM            digest realm of the phones                yihao
  SIP_WS_URL           the SIP edge as browsers reach it, wss://…; without it agents have desk phones only
  CITIZEN_PHONE        on: everybody may call from the page /phone, for trying out  off
  CITY                 the city's name in cities/, or a path     default
  MENUS_DIR            IVR menus                                 ivr/menus
  PROMPTS_DIR          prompts, same path here and at a switch   ivr/prompts
  STATE_DIR            where facts wait while the database is away .yihao/state
  SPOOL_DIR            where switches record to, same path there .yihao/spool
  SOUNDS_DIR           voicemails and recordings, encrypted      .yihao/sounds
  SOUND_KEYS           their keys, name:64 hex digits, comma-separated, the one for new files first (required)
  DRAIN_SECONDS        how long calls may go on after SIGTERM    30
  SERVICE_TOKENS       programs that may read the feed, name:token, comma-separated; a token has 16 characters or more
  SESSION_SECRET       signs sessions, shared with the ticket service so that one login holds for both
  WEB_DIR              the built web pages                       dist/web
  TICKETS_URL          the ticket service, for the web pages, e.g. http://127.0.0.1:8090
  TRUSTED_PROXIES      reverse proxies before us, addresses, comma-separated; X-Forwarded-For and -Proto are believed from them
  LOG_LEVEL            ${logLevels.join(', ')}    info
`

/** A name is a file of ours in cities/; a path is anybody's. */
function cityFile(environment: Environment, root: string): string {
  const city = environment.text('CITY', { fallback: 'default', meaning: '' })
  return city.includes('/') ? city : join(root, 'cities', `${city}.yaml`)
}

function webSocketUrl(environment: Environment): string | undefined {
  const url = environment.text('SIP_WS_URL', { fallback: '', meaning: '' })
  if (url === '') return undefined
  if (!URL.canParse(url) || !/^wss?:$/.test(new URL(url).protocol)) {
    throw new ConfigurationError(`SIP_WS_URL=${url}: an address like wss://desk.example/sip is expected`)
  }
  // A page of HTTPS may not open it, and a page of HTTP from elsewhere has no microphone (W3C Secure Contexts).
  if (new URL(url).protocol === 'ws:' && !isLoopback(new URL(url).hostname)) {
    throw new ConfigurationError(`SIP_WS_URL=${url}: browsers on other machines need wss://`)
  }
  return url
}

/** Throws ConfigurationError naming every variable that is missing or wrong. */
export function readConfig(variables: NodeJS.ProcessEnv): Config {
  const environment = new Environment(variables)
  const root = projectRoot()
  const edge = environment.address('EDGE_ADDRESS', { fallback: '127.0.0.1:5060' })
  const switches = environment.addresses('SWITCHES', { fallback: '127.0.0.1:8021' })
  const config: Config = {
    databaseUrl: environment.text('DATABASE_URL', { meaning: 'the PostgreSQL to use; scripts/start brings one along' }),
    http: environment.address('HTTP_LISTEN', { fallback: '127.0.0.1:8080' }),
    switches: switches.map((address) => ({ ...address, name: `${address.host}:${address.port}` })),
    switchPassword: environment.text('SWITCH_ESL_PASSWORD', { meaning: 'the password of the event socket' }),
    edge: `${edge.host}:${edge.port}`,
    promptsDir: environment.text('PROMPTS_DIR', { fallback: join(root, 'ivr/prompts'), meaning: '' }),
    menusDir: environment.text('MENUS_DIR', { fallback: join(root, 'ivr/menus'), meaning: '' }),
    migrationsDir: join(root, 'migrations'),
    cityFile: cityFile(environment, root),
    stateDir: environment.text('STATE_DIR', { fallback: join(root, '.yihao/state'), meaning: '' }),
    spoolDir: environment.text('SPOOL_DIR', { fallback: join(root, '.yihao/spool'), meaning: '' }),
    soundsDir: environment.text('SOUNDS_DIR', { fallback: join(root, '.yihao/sounds'), meaning: '' }),
    soundKeys: environment.text('SOUND_KEYS', {
      meaning: 'the keys that encrypt voicemails and recordings, e.g. 2026:$(openssl rand -hex 32)',
    }),
    sipRealm: environment.text('SIP_REALM', { fallback: 'yihao', meaning: '' }),
    sipWsUrl: webSocketUrl(environment),
    citizenPhone: environment.choice('CITIZEN_PHONE', { fallback: 'off', choices: ['off', 'on'] }) === 'on',
    drainSeconds: environment.integer('DRAIN_SECONDS', { fallback: 30, min: 0, max: 86_400 }),
    logLevel: environment.choice('LOG_LEVEL', { fallback: 'info', choices: logLevels }),
    sessionSecret: environment.text('SESSION_SECRET', { fallback: '', meaning: '' }) || undefined,
    webDir: environment.text('WEB_DIR', { fallback: join(root, 'dist/web'), meaning: '' }),
    ticketsUrl: environment.text('TICKETS_URL', { fallback: '', meaning: '' }) || undefined,
    trustedProxies: environment.list('TRUSTED_PROXIES', { fallback: [] }),
    serviceTokens: environment.tokens('SERVICE_TOKENS'),
  }
  environment.check()
  return Object.freeze(config)
}
