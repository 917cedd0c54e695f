import { join } from 'node:path'
import { type Address, Environment, type LogLevel, logLevels, projectRoot } from '../kernel/index.ts'

/** Everything the ticket service is told from outside; read once and then frozen. */
export interface TicketConfig {
  readonly databaseUrl: string
  readonly http: Address
  /** The hotline's HTTP address, e.g. http://127.0.0.1:8080. */
  readonly hotlineUrl: string
  /** Our token at the hotline. */
  readonly hotlineToken: string
  /** Signs sessions; the hotline's own, so that one login holds for both. */
  readonly sessionSecret: string
  readonly serviceTokens: ReadonlyMap<string, string>
  /** The hotline, through which browsers come, and other proxies: their word on address and protocol is taken. */
  readonly trustedProxies: readonly string[]
  readonly cityFile: string
  readonly migrationsDir: string
  /** As `readClock` reads it; empty: the time of day. */
  readonly clock: string
  readonly logLevel: LogLevel
}

/** The variables of {@link readTicketConfig}, for `--help`. */
export const ticketConfigHelp = `
  DATABASE_URL         PostgreSQL, e.g. postgres://user:password@host/yihao (required)
  TICKETS_LISTEN       where HTTP listens                        127.0.0.1:8090
  HOTLINE_URL          the hotline's HTTP address                http://127.0.0.1:8080
  HOTLINE_TOKEN        our token there, as in its SERVICE_TOKENS (required)
  SESSION_SECRET       signs sessions, the same as the hotline's (required)
  SERVICE_TOKENS       programs that may use the API, name:token, comma-separated
  TRUSTED_PROXIES      the hotline's address and other proxies before us, comma-separated; X-Forwarded-For is believed from them
  CITY                 the city's name in cities/, or a path     default
  TICKET_CLOCK         SPEED@MILLISECONDS runs faster from that moment on, for demonstrations
  LOG_LEVEL            ${logLevels.join(', ')}    info
`

/** Throws ConfigurationError naming every variable that is missing or wrong. */
export function readTicketConfig(variables: NodeJS.ProcessEnv): TicketConfig {
  const environment = new Environment(variables)
  const root = projectRoot()
  const city = environment.text('CITY', { fallback: 'default', meaning: '' })
  const config: TicketConfig = {
    databaseUrl: environment.text('DATABASE_URL', { meaning: 'the PostgreSQL to use; scripts/start brings one along' }),
    http: environment.address('TICKETS_LISTEN', { fallback: '127.0.0.1:8090' }),
    hotlineUrl: environment.text('HOTLINE_URL', { fallback: 'http://127.0.0.1:8080', meaning: '' }),
    hotlineToken: environment.text('HOTLINE_TOKEN', { meaning: 'the token the hotline knows us by' }),
    sessionSecret: environment.text('SESSION_SECRET', { meaning: 'the secret the hotline signs sessions with' }),
    serviceTokens: environment.tokens('SERVICE_TOKENS'),
    trustedProxies: environment.list('TRUSTED_PROXIES', { fallback: [] }),
    // A name is a file of ours in cities/; a path is anybody's.
    cityFile: city.includes('/') ? city : join(root, 'cities', `${city}.yaml`),
    migrationsDir: join(root, 'migrations/tickets'),
    clock: environment.text('TICKET_CLOCK', { fallback: '', meaning: '' }),
    logLevel: environment.choice('LOG_LEVEL', { fallback: 'info', choices: logLevels }),
  }
  environment.check()
  return Object.freeze(config)
}
