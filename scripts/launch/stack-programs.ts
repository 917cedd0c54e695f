import { join, resolve } from 'node:path'
import { projectRoot } from '../../src/kernel/index.ts'
import { Child } from './child.ts'
import { startDrachtio } from './drachtio.ts'
import { accepts } from './free-port.ts'
import { startFreeSwitch } from './freeswitch.ts'
import type { Secrets } from './secrets.ts'
import { answersOptions } from './sip-probe.ts'
import type { StackOptions } from './stack-options.ts'

export type StackProcess = 'sip-server' | 'switch' | 'edge' | 'hotline' | 'tickets'

/** What a program of ours is started with. */
interface OwnProgram {
  readonly name: StackProcess | 'standby'
  /** Below `dist`. */
  readonly script: string
  readonly env: Readonly<Record<string, string>>
  readonly ready: () => Promise<boolean>
}

export interface StackProgramsOptions {
  readonly options: StackOptions
  readonly databaseUrl: string
  readonly secrets: Secrets
  readonly logDir: string
}

/** How each program of the hotline is started. What the environment names is passed on as it is, and not started. */
export class StackPrograms {
  readonly #options: StackOptions
  readonly #databaseUrl: string
  readonly #secrets: Secrets
  readonly #logDir: string
  #adminPassword: string | undefined

  constructor({ options, databaseUrl, secrets, logDir }: StackProgramsOptions) {
    this.#options = options
    this.#databaseUrl = databaseUrl
    this.#secrets = secrets
    this.#logDir = logDir
  }

  /** What the hotline said when it created the database. */
  get adminPassword(): string | undefined {
    return this.#adminPassword
  }

  /** Whether the program is started at all: what runs elsewhere, or is not asked for, is not. */
  isOurs(name: StackProcess): boolean {
    const { sipServer, mediaSwitch, tickets } = this.#options
    if (name === 'sip-server') return sipServer !== 'external'
    if (name === 'switch') return mediaSwitch !== 'external'
    return name !== 'tickets' || tickets !== undefined
  }

  /** Starts the program and waits until it is ready. */
  start(name: StackProcess): Promise<Child> {
    const start: Record<StackProcess, () => Promise<Child>> = {
      'sip-server': () => this.#startSipServer(),
      switch: () => this.#startSwitch(),
      edge: () => this.#startEdge(),
      hotline: () => this.#startHotline(),
      tickets: () => this.#startTickets(),
    }
    return start[name]()
  }

  /** A further hotline process; it is ready for nothing until the active one is gone. */
  startStandby(httpPort: number): Promise<Child> {
    const env = this.#hotlineEnv(httpPort)
    return this.#startOwn({ name: 'standby', script: 'src/main.js', env, ready: () => Promise.resolve(true) })
  }

  #startSipServer(): Promise<Child> {
    const { ports, sipServer, sipTls } = this.#options
    if (sipServer === 'drachtio') return startDrachtio({ ...this.#daemon, sipTls })
    return this.#startOwn({
      name: 'sip-server',
      script: 'src/embedded/sip-server/main.js',
      env: {
        SIP_LISTEN: `udp:127.0.0.1:${ports.sip},tcp:127.0.0.1:${ports.sip},${this.#webSocket}:127.0.0.1:${ports.sipWs}`,
        ...(sipTls && { SIP_TLS_CERT: sipTls.cert, SIP_TLS_KEY: sipTls.key }),
        SIP_ADMIN_PORT: String(ports.sipAdmin),
        SIP_ADMIN_SECRET: this.#secrets.sipServer,
      },
      ready: () => accepts('127.0.0.1', ports.sipAdmin),
    })
  }

  #startSwitch(): Promise<Child> {
    const { ports, mediaSwitch, dialplansDir = join(projectRoot(), 'dialplans'), env = {} } = this.#options
    if (mediaSwitch === 'freeswitch') return startFreeSwitch({ ...this.#daemon, dialplansDir, env })
    return this.#startOwn({
      name: 'switch',
      script: 'src/embedded/softswitch/main.js',
      env: {
        SWITCH_SIP_HOST: '127.0.0.1',
        SWITCH_SIP_PORT: String(ports.switchSip),
        SWITCH_ESL_HOST: '127.0.0.1',
        SWITCH_ESL_PORT: String(ports.switchEsl),
        SWITCH_ESL_PASSWORD: this.#secrets.switchEsl,
        SWITCH_DIALPLAN_DIR: dialplansDir,
      },
      ready: () => accepts('127.0.0.1', ports.switchEsl),
    })
  }

  #startEdge(): Promise<Child> {
    const { ports } = this.#options
    const server = { SIP_SERVER: `127.0.0.1:${ports.sipAdmin}`, SIP_SERVER_SECRET: this.#secrets.sipServer }
    return this.#startOwn({
      name: 'edge',
      script: 'sip/main.js',
      env: {
        DATABASE_URL: this.#databaseUrl,
        ...(this.isOurs('sip-server') && server),
        ...(this.isOurs('switch') && { SWITCHES_SIP: `127.0.0.1:${ports.switchSip}` }),
      },
      // A SIP server elsewhere may not answer to a loopback address.
      ready: () => (this.isOurs('sip-server') ? answersOptions(ports.sip) : Promise.resolve(true)),
    })
  }

  #startHotline(): Promise<Child> {
    const { ports, hotlineProgram: script = 'src/main.js' } = this.#options
    const env = this.#hotlineEnv(ports.http)
    return this.#startOwn({ name: 'hotline', script, env, ready: () => isReady(ports.http) })
  }

  #startTickets(): Promise<Child> {
    const { ports, tickets } = this.#options
    return this.#startOwn({
      name: 'tickets',
      script: 'src/tickets/main.js',
      env: {
        DATABASE_URL: this.#databaseUrl,
        TICKETS_LISTEN: `127.0.0.1:${ports.tickets}`,
        HOTLINE_URL: `http://127.0.0.1:${ports.http}`,
        HOTLINE_TOKEN: this.#secrets.tickets,
        SESSION_SECRET: this.#secrets.session,
        TRUSTED_PROXIES: '127.0.0.1',
        ...tickets,
      },
      ready: () => isReady(ports.tickets),
    })
  }

  #hotlineEnv(httpPort: number): Record<string, string> {
    const { ports, stateDir, tickets, hotlineEnv } = this.#options
    const secrets = this.#secrets
    const edge = {
      EDGE_ADDRESS: `127.0.0.1:${ports.sip}`,
      SIP_WS_URL: `${this.#webSocket}://127.0.0.1:${ports.sipWs}`,
    }
    const mediaSwitch = { SWITCHES: `127.0.0.1:${ports.switchEsl}`, SWITCH_ESL_PASSWORD: secrets.switchEsl }
    return {
      DATABASE_URL: this.#databaseUrl,
      HTTP_LISTEN: `127.0.0.1:${httpPort}`,
      ...(this.isOurs('switch') && mediaSwitch),
      ...(this.isOurs('sip-server') && edge),
      STATE_DIR: join(stateDir, 'state'),
      SPOOL_DIR: join(stateDir, 'spool'),
      SOUNDS_DIR: join(stateDir, 'sounds'),
      SOUND_KEYS: process.env['SOUND_KEYS'] ?? secrets.soundKeys,
      SERVICE_TOKENS: `tickets:${secrets.tickets}`,
      SESSION_SECRET: secrets.session,
      ...(tickets && { TICKETS_URL: `http://127.0.0.1:${ports.tickets}` }),
      ...hotlineEnv,
    }
  }

  get #webSocket(): 'ws' | 'wss' {
    return this.#options.sipTls ? 'wss' : 'ws'
  }

  get #daemon() {
    const { ports, stateDir, keepAlive = false, signal } = this.#options
    return { ports, stateDir, keepAlive, signal, secrets: this.#secrets, logDir: this.#logDir }
  }

  #startOwn({ name, script, env, ready }: OwnProgram): Promise<Child> {
    const { keepAlive = false, signal } = this.#options
    return Child.start({
      name,
      command: process.execPath,
      args: ['--enable-source-maps', resolve(projectRoot(), 'dist', script)],
      env: { ...this.#options.env, ...env },
      logDir: this.#logDir,
      ready,
      keepAlive,
      signal,
      takeLine: (line) => this.#takePassword(line),
    })
  }

  #takePassword(line: string): boolean {
    const password = /^first admin: .*password "([^"]+)"/.exec(line)?.[1]
    this.#adminPassword ??= password
    return password !== undefined
  }
}

async function isReady(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/readyz`)).ok
  } catch {
    return false
  }
}
