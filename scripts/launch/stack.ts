import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type RunningPostgres, startPostgres } from '../../src/embedded/postgres.ts'
import { projectRoot } from '../../src/kernel/index.ts'
import { Child } from './child.ts'
import { accepts, freePort } from './free-port.ts'
import { findDrachtio, findFreeSwitch, freeSwitchArguments, writeDrachtioConfig } from './real-daemons.ts'
import { readOrMakeSecrets, type Secrets } from './secrets.ts'
import { answersOptions } from './sip-probe.ts'

export interface StackPorts {
  readonly postgres: number
  readonly sip: number
  /** SIP over WebSocket, for browsers. */
  readonly sipWs: number
  readonly sipAdmin: number
  readonly switchSip: number
  readonly switchEsl: number
  readonly http: number
  readonly tickets: number
}

export interface StackOptions {
  /** Data, logs and secrets live here. */
  readonly stateDir: string
  readonly ports: StackPorts
  /** `external`: it runs already, and the environment says where. */
  readonly sipServer: 'embedded' | 'drachtio' | 'external'
  readonly mediaSwitch: 'embedded' | 'freeswitch' | 'external'
  /** Throw the database away at the end. */
  readonly temporary?: boolean
  /** A PostgreSQL that runs already; without it one is brought along. */
  readonly databaseUrl?: string
  /** Further variables for our processes. */
  readonly env?: Readonly<Record<string, string>>
  /** Variables for the hotline process alone; they win. */
  readonly hotlineEnv?: Readonly<Record<string, string>>
  /** Start the ticket service too, with these variables of its own. */
  readonly tickets?: Readonly<Record<string, string>>
  /** Start processes again that end by themselves. */
  readonly keepAlive?: boolean
  /** The switch's configuration where it is not `dialplans/` as it stands. */
  readonly dialplansDir?: string
  readonly onProgress?: (what: string) => void
}

type StackProcess = 'sip-server' | 'switch' | 'edge' | 'hotline' | 'tickets'

export interface Stack {
  readonly ports: StackPorts
  readonly databaseUrl: string
  readonly secrets: Secrets
  readonly logDir: string
  /** Set when this start created the database. */
  readonly adminPassword: string | undefined
  child(name: StackProcess): Child
  /** Starts one of the processes anew after it was stopped. */
  restart(name: StackProcess): Promise<void>
  /** Starts a further hotline process, which stands by until the one that is active is gone. */
  startStandby(httpPort: number): Promise<Child>
  stop(): Promise<void>
}

/** Ports nobody uses at the moment. */
export async function freePorts(): Promise<StackPorts> {
  const [postgres, sip, sipWs, sipAdmin, switchSip, switchEsl, http, tickets] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ]
  return { postgres, sip, sipWs, sipAdmin, switchSip, switchEsl, http, tickets }
}

/** Starts everything in the order of dependence and stops it in the reverse; what fails takes the rest down with it. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const root = projectRoot()
  const { ports, stateDir, keepAlive = false, onProgress = () => {} } = options
  const { dialplansDir = join(root, 'dialplans') } = options
  // Others may walk through, not look: PostgreSQL runs as a user of its own when we are root.
  mkdirSync(stateDir, { recursive: true })
  chmodSync(stateDir, 0o711)
  const secrets = readOrMakeSecrets(join(stateDir, 'secrets.json'))
  const logDir = join(stateDir, 'log')
  let adminPassword: string | undefined
  const children = new Map<StackProcess, Child>()
  let postgres: RunningPostgres | undefined

  const node = (
    name: StackProcess | 'standby',
    script: string,
    env: Record<string, string>,
    ready: () => Promise<boolean>,
  ) =>
    Child.start({
      name,
      command: process.execPath,
      args: ['--enable-source-maps', join(root, 'dist', script)],
      env: { ...options.env, ...env },
      logDir,
      ready,
      keepAlive,
      takeLine: (line) => {
        const password = /^first admin: .*password "([^"]+)"/.exec(line)?.[1]
        adminPassword ??= password
        return password !== undefined
      },
    })

  // What the environment names is passed on as it is, and not started.
  const switchEnv = {
    SWITCHES: `127.0.0.1:${ports.switchEsl}`,
    SWITCH_ESL_PASSWORD: secrets.switchEsl,
  }
  const ownSwitch = options.mediaSwitch !== 'external'
  const ownSipServer = options.sipServer !== 'external'

  const hotlineEnv = (httpPort: number) => ({
    DATABASE_URL: databaseUrl,
    HTTP_LISTEN: `127.0.0.1:${httpPort}`,
    ...(ownSwitch && switchEnv),
    ...(ownSipServer && { EDGE_ADDRESS: `127.0.0.1:${ports.sip}` }),
    ...(ownSipServer && { SIP_WS_URL: `ws://127.0.0.1:${ports.sipWs}` }),
    STATE_DIR: join(stateDir, 'state'),
    SPOOL_DIR: join(stateDir, 'spool'),
    SOUNDS_DIR: join(stateDir, 'sounds'),
    SOUND_KEYS: process.env['SOUND_KEYS'] ?? secrets.soundKeys,
    SERVICE_TOKENS: `tickets:${secrets.tickets}`,
    SESSION_SECRET: secrets.session,
    ...(options.tickets && { TICKETS_URL: `http://127.0.0.1:${ports.tickets}` }),
    ...options.hotlineEnv,
  })

  const start: Record<StackProcess, () => Promise<Child>> = {
    'sip-server': () =>
      options.sipServer === 'drachtio'
        ? startDrachtio({ ports, secrets, stateDir, logDir, keepAlive })
        : node(
            'sip-server',
            'src/embedded/sip-server/main.js',
            {
              SIP_LISTEN: `udp:127.0.0.1:${ports.sip},tcp:127.0.0.1:${ports.sip},ws:127.0.0.1:${ports.sipWs}`,
              SIP_ADMIN_PORT: String(ports.sipAdmin),
              SIP_ADMIN_SECRET: secrets.sipServer,
            },
            () => accepts('127.0.0.1', ports.sipAdmin),
          ),
    switch: () =>
      options.mediaSwitch === 'freeswitch'
        ? startFreeSwitch({ root, dialplansDir, ports, secrets, stateDir, logDir, keepAlive, env: options.env ?? {} })
        : node(
            'switch',
            'src/embedded/softswitch/main.js',
            {
              SWITCH_SIP_HOST: '127.0.0.1',
              SWITCH_SIP_PORT: String(ports.switchSip),
              SWITCH_ESL_HOST: '127.0.0.1',
              SWITCH_ESL_PORT: String(ports.switchEsl),
              SWITCH_ESL_PASSWORD: secrets.switchEsl,
              SWITCH_DIALPLAN_DIR: dialplansDir,
            },
            () => accepts('127.0.0.1', ports.switchEsl),
          ),
    edge: () =>
      node(
        'edge',
        'sip/main.js',
        {
          DATABASE_URL: databaseUrl,
          ...(ownSipServer && { SIP_SERVER: `127.0.0.1:${ports.sipAdmin}`, SIP_SERVER_SECRET: secrets.sipServer }),
          ...(ownSwitch && { SWITCHES_SIP: `127.0.0.1:${ports.switchSip}` }),
        },
        // A SIP server elsewhere may not answer to a loopback address.
        () => (ownSipServer ? answersOptions(ports.sip) : Promise.resolve(true)),
      ),
    hotline: () => node('hotline', 'src/main.js', hotlineEnv(ports.http), () => isReady(ports.http)),
    tickets: () =>
      node(
        'tickets',
        'src/tickets/main.js',
        {
          DATABASE_URL: databaseUrl,
          TICKETS_LISTEN: `127.0.0.1:${ports.tickets}`,
          HOTLINE_URL: `http://127.0.0.1:${ports.http}`,
          HOTLINE_TOKEN: secrets.tickets,
          SESSION_SECRET: secrets.session,
          TRUSTED_PROXIES: '127.0.0.1',
          ...options.tickets,
        },
        () => isReady(ports.tickets),
      ),
  }

  const standbys: Child[] = []
  const stop = async () => {
    for (const standby of standbys) await standby.stop()
    for (const name of ['tickets', 'hotline', 'edge', 'switch', 'sip-server'] as const) await children.get(name)?.stop()
    await postgres?.stop()
  }

  let databaseUrl = options.databaseUrl ?? ''
  try {
    if (databaseUrl === '') {
      onProgress('PostgreSQL')
      const { temporary = false } = options
      postgres = await startPostgres({
        folder: join(stateDir, 'postgres'),
        port: ports.postgres,
        password: secrets.postgres,
        temporary,
      })
      await postgres.createDatabase('yihao')
      databaseUrl = postgres.url('yihao')
    }
    for (const name of ['sip-server', 'switch', 'hotline', 'edge', 'tickets'] as const) {
      if (name === 'tickets' && !options.tickets) continue
      if ((name === 'switch' && !ownSwitch) || (name === 'sip-server' && !ownSipServer)) continue
      onProgress(name)
      children.set(name, await start[name]())
    }
  } catch (error) {
    await stop()
    throw error
  }

  return {
    ports,
    databaseUrl,
    secrets,
    logDir,
    get adminPassword() {
      return adminPassword
    },
    child(name) {
      const child = children.get(name)
      if (!child) throw new Error(`${name} was not started`)
      return child
    },
    async restart(name) {
      await children.get(name)?.stop()
      children.set(name, await start[name]())
    },
    async startStandby(httpPort) {
      const standby = await node('standby', 'src/main.js', hotlineEnv(httpPort), () => Promise.resolve(true))
      standbys.push(standby)
      return standby
    },
    stop,
  }
}

async function isReady(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/readyz`)).ok
  } catch {
    return false
  }
}

interface DaemonOptions {
  readonly ports: StackPorts
  readonly secrets: Secrets
  readonly stateDir: string
  readonly logDir: string
  readonly keepAlive: boolean
}

function startDrachtio({ ports, secrets, stateDir, logDir, keepAlive }: DaemonOptions): Promise<Child> {
  const command = findDrachtio()
  if (!command) throw new Error('drachtio-server is not on PATH: install it, or leave --drachtio out')
  const config = writeDrachtioConfig({
    folder: join(stateDir, 'drachtio'),
    sipPort: ports.sip,
    wsPort: ports.sipWs,
    adminPort: ports.sipAdmin,
    secret: secrets.sipServer,
  })
  const ready = () => accepts('127.0.0.1', ports.sipAdmin)
  return Child.start({ name: 'sip-server', command, args: ['-f', config], logDir, ready, keepAlive })
}

function startFreeSwitch(
  options: DaemonOptions & { root: string; dialplansDir: string; env: Readonly<Record<string, string>> },
): Promise<Child> {
  const { root, dialplansDir, ports, secrets, stateDir, logDir, keepAlive, env } = options
  const command = findFreeSwitch()
  if (!command)
    throw new Error('FreeSWITCH is not on PATH nor in FREESWITCH_HOME: install it, or leave --freeswitch out')
  return Child.start({
    name: 'switch',
    command,
    args: freeSwitchArguments({ configDir: dialplansDir, folder: join(stateDir, 'freeswitch') }),
    env: {
      ...env,
      YIHAO_SWITCH_SIP_PORT: String(ports.switchSip),
      YIHAO_SWITCH_ESL_PORT: String(ports.switchEsl),
      YIHAO_SWITCH_ESL_PASSWORD: secrets.switchEsl,
      YIHAO_PROMPTS: env['PROMPTS_DIR'] ?? join(root, 'ivr/prompts'),
    },
    logDir,
    keepAlive,
    ready: () => accepts('127.0.0.1', ports.switchEsl),
  })
}
