import { join } from 'node:path'
import { configHelp } from '../src/config.ts'
import { messageOf, newSecret, projectRoot, readArguments } from '../src/kernel/index.ts'
import { HotlineClient } from './client/hotline-client.ts'
import { isPortFree } from './launch/free-port.ts'
import { type Stack, startStack } from './launch/stack.ts'
import type { StackOptions, StackPorts } from './launch/stack-options.ts'
import { stopSignal, untilAborted } from './launch/stop-signal.ts'

const help = `Usage: scripts/start [--freeswitch] [--drachtio] [--state-dir DIR] [--city NAME]

Starts the hotline: everything the environment does not name. Without any setting that is PostgreSQL, a SIP server and
a switch of our own, the SIP edge, the hotline service and the ticket service. SIGTERM or Ctrl-C stops it: no new calls, those in progress
may go on for DRAIN_SECONDS.

  --freeswitch     start the FreeSWITCH of this machine instead of the embedded softswitch
  --drachtio       start the drachtio-server of this machine instead of the embedded SIP server
  --state-dir DIR  data, logs and generated secrets (default .yihao)
  --city NAME      the city's file in cities/ (default "default")

Settings that name something of yours keep us from starting our own:
  DATABASE_URL             your PostgreSQL
  SWITCHES, SWITCHES_SIP, SWITCH_ESL_PASSWORD   your FreeSWITCH
  SIP_SERVER, SIP_SERVER_SECRET, EDGE_ADDRESS   your drachtio-server

Ports: SIP_PORT 5060, SIP_WS_PORT 5066, HTTP_PORT 8080, TICKETS_PORT 8090, SWITCH_SIP_PORT 5080, SWITCH_ESL_PORT 8021, SIP_ADMIN_PORT 9022, POSTGRES_PORT 54320
${configHelp}`

const { values: flags } = readArguments({
  options: {
    freeswitch: { type: 'boolean', default: false },
    drachtio: { type: 'boolean', default: false },
    'state-dir': { type: 'string' },
    city: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

if (flags.help) console.log(help)
else {
  run().then(
    () => process.exit(0),
    (error: unknown) => {
      console.error(`scripts/start: ${messageOf(error)}`)
      process.exit(1)
    },
  )
}

async function run(): Promise<void> {
  const options = optionsFrom(flags['state-dir'] ?? join(projectRoot(), '.yihao'))
  await refuseBusyPorts(options)
  const signal = stopSignal()
  signal.addEventListener('abort', () => console.log('stopping: no new calls, waiting for those in progress'))
  const stack = await startStack({ ...options, signal, onProgress: (what) => console.log(`starting ${what}`) })
  const stopped = untilAborted(signal).then(() => stack.stop())
  await welcome(stack).catch((error: unknown) => {
    // Stopped meanwhile, there is nobody left to create agents at.
    if (!signal.aborted) throw error
  })
  await stopped
}

async function welcome(stack: Stack): Promise<void> {
  console.log(screen(stack, await createFirstAgents(stack)))
}

function optionsFrom(stateDir: string): StackOptions {
  const { env } = process
  return {
    stateDir,
    ports: portsFrom(env),
    sipServer: env['SIP_SERVER'] ? 'external' : flags.drachtio ? 'drachtio' : 'embedded',
    mediaSwitch: env['SWITCHES'] ? 'external' : flags.freeswitch ? 'freeswitch' : 'embedded',
    ...(env['DATABASE_URL'] ? { databaseUrl: env['DATABASE_URL'] } : {}),
    env: { ...citizenPhone(env), ...(flags.city && { CITY: flags.city }) },
    tickets: {},
    keepAlive: true,
  }
}

/** The page /phone lets everybody call: for trying out, with a switch and a SIP server of our own, and never elsewhere. */
function citizenPhone(env: NodeJS.ProcessEnv): Record<string, string> {
  const isOurs = !env['SIP_SERVER'] && !env['SWITCHES'] && !flags.drachtio && !flags.freeswitch
  return isOurs ? { CITIZEN_PHONE: env['CITIZEN_PHONE'] ?? 'on' } : {}
}

function portsFrom(env: NodeJS.ProcessEnv): StackPorts {
  const port = (name: string, fallback: number) => {
    const value = Number(env[name] ?? fallback)
    if (!Number.isInteger(value) || value < 1 || value > 65_535)
      throw new Error(`${name}=${env[name]}: a port is expected`)
    return value
  }
  return {
    postgres: port('POSTGRES_PORT', 54_320),
    sip: port('SIP_PORT', 5060),
    sipWs: port('SIP_WS_PORT', 5066),
    sipAdmin: port('SIP_ADMIN_PORT', 9022),
    switchSip: port('SWITCH_SIP_PORT', 5080),
    switchEsl: port('SWITCH_ESL_PORT', 8021),
    http: port('HTTP_PORT', 8080),
    tickets: port('TICKETS_PORT', 8090),
  }
}

/** Names every port that somebody else has, and the variable that chooses another. */
async function refuseBusyPorts({ ports, sipServer, mediaSwitch, databaseUrl }: StackOptions): Promise<void> {
  const own: [string, number][] = [
    ['HTTP_PORT', ports.http],
    ['TICKETS_PORT', ports.tickets],
    ...(sipServer === 'external'
      ? []
      : ([
          ['SIP_PORT', ports.sip],
          ['SIP_WS_PORT', ports.sipWs],
          ['SIP_ADMIN_PORT', ports.sipAdmin],
        ] as [string, number][])),
    ...(mediaSwitch === 'external'
      ? []
      : ([
          ['SWITCH_SIP_PORT', ports.switchSip],
          ['SWITCH_ESL_PORT', ports.switchEsl],
        ] as [string, number][])),
    ...(databaseUrl ? [] : ([['POSTGRES_PORT', ports.postgres]] as [string, number][])),
  ]
  const busy = []
  for (const [name, port] of own)
    if (!(await isPortFree(port))) busy.push(`port ${port} is in use: set ${name} to another`)
  if (busy.length > 0) throw new Error(busy.join('; '))
}

interface FirstAgent {
  readonly agentId: string
  readonly password: string
}

/** Two agents to begin with, each with a user and a phone of the same password. */
async function createFirstAgents(stack: Stack): Promise<FirstAgent[]> {
  if (stack.adminPassword === undefined) return []
  const admin = await HotlineClient.login(`http://127.0.0.1:${stack.ports.http}`, {
    username: 'admin',
    password: stack.adminPassword,
  })
  const agents = ['8001', '8002'].map((agentId) => ({ agentId, password: newSecret(9) }))
  for (const { agentId, password } of agents) {
    const skills = ['tax', 'social-security', 'market-supervision']
    await admin.createAgent({ agentId, name: `Agent ${agentId}`, skills, phonePassword: password })
    await admin.post('/users', { username: agentId, password, role: 'agent', agentId })
  }
  return agents
}

function screen(stack: Stack, agents: readonly FirstAgent[]): string {
  const { ports, adminPassword, logDir, databaseUrl } = stack
  const at = (port: number) => `127.0.0.1:${port}`
  const api = `http://${at(ports.http)}`
  return [
    '',
    'Yihao is running.',
    `  pages        ${api}/      for agents, supervisors and the wallboard`,
    `  telephones   sip:12345@${at(ports.sip)} (UDP and TCP)`,
    `  HTTP API     ${api}/docs      figures ${api}/metrics      events ws://${at(ports.http)}/live`,
    `  tickets      http://${at(ports.tickets)}/docs      the machine http://${at(ports.tickets)}/machine.svg`,
    `  switch       SIP ${at(ports.switchSip)}, event socket ${at(ports.switchEsl)}`,
    `  database     ${databaseUrl.replace(/:[^:@/]+@/, ':***@')}`,
    `  logs         ${logDir}`,
    '',
    ...(adminPassword ? [`First admin: user name admin, password ${adminPassword}   (shown only now)`] : []),
    ...agents.map(
      ({ agentId, password }) =>
        `Agent ${agentId}: user name and phone ${agentId}, password ${password}   (shown only now)`,
    ),
    '',
    ...firstCall(stack),
    '',
    'Ctrl-C stops everything.',
  ].join('\n')
}

/** The shortest way to hear something. */
function firstCall({ ports }: Stack): string[] {
  const pages = `http://127.0.0.1:${ports.http}`
  const desk = [
    `  1. Open ${pages}/ and log in as 8001. Choose 浏览器话机 (phone in this browser), 签入 (sign in), press F2.`,
  ]
  const answer = '  3. In the first tab press F3 to answer.'
  const { CITIZEN_PHONE: citizens } = citizenPhone(process.env)
  return citizens === 'on'
    ? [
        'A first call, with nothing but a browser:',
        ...desk,
        `  2. Open ${pages}/phone in a second tab, 拨打 (call) 12345, and press 0 for a person.`,
        answer,
        'With telephones: README.md, "With softphones".',
      ]
    : [
        'A first call:',
        ...desk,
        `  2. Dial sip:12345@127.0.0.1:${ports.sip} from a softphone, and press 0 for a person.`,
        answer,
      ]
}
