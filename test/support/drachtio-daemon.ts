import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { drachtioIsReady, writeDrachtioConfig } from '../../scripts/launch/drachtio.ts'
import { freePort } from '../../scripts/launch/free-port.ts'
import { startSipServer } from '../../src/embedded/sip-server/index.ts'
import { createLogger, newSecret } from '../../src/kernel/index.ts'
import { newTlsKeys, writeTlsKeys } from './tls-keys.ts'
import { until } from './until.ts'

/** A running SIP server, the stand-in or the real one; UDP and TCP share `sipPort`. */
export interface RunningSipServer {
  readonly sipPort: number
  /** SIP over WebSocket. */
  readonly wsPort: number
  readonly adminPort: number
  readonly secret: string
  stop(): Promise<void>
}

export interface SipServerUnderTest {
  readonly name: string
  readonly isReal: boolean
  /** `secure`: its WebSocket is WSS, with a certificate nobody else signed. */
  start(options?: { secure?: boolean }): Promise<RunningSipServer>
}

/** The servers a contract suite runs on. YIHAO_REAL=only leaves the real one alone and makes its absence a failure. */
export function sipServers(): SipServerUnderTest[] {
  const only = process.env.YIHAO_REAL === 'only'
  const isInstalled = spawnSync('drachtio', ['--version']).status === 0
  if (only && !isInstalled) throw new Error('YIHAO_REAL=only, but drachtio is not on PATH')
  if (!isInstalled) console.warn('drachtio is not on PATH: its part of the contract suite is skipped')
  const standIn = { name: 'stand-in', isReal: false, start: startStandIn }
  const real = { name: 'drachtio', isReal: true, start: startDrachtio }
  return [...(only ? [] : [standIn]), ...(isInstalled ? [real] : [])]
}

async function startStandIn({ secure = false } = {}): Promise<RunningSipServer> {
  const secret = newSecret()
  const server = await startSipServer({
    sip: [
      { transport: 'udp', host: '127.0.0.1', port: 0 },
      { transport: 'tcp', host: '127.0.0.1', port: 0 },
      secure
        ? { transport: 'wss', host: '127.0.0.1', port: 0, tls: await newTlsKeys() }
        : { transport: 'ws', host: '127.0.0.1', port: 0 },
    ],
    admin: { host: '127.0.0.1', port: 0, secret },
    logger: createLogger({ name: 'sip-server', level: 'error' }),
  })
  return {
    sipPort: server.sipPort('udp'),
    wsPort: server.sipPort(secure ? 'wss' : 'ws'),
    adminPort: server.adminPort,
    secret,
    stop: () => server.close(),
  }
}

/** Starts drachtio-server with a configuration of its own on loopback, and waits until it answers. */
async function startDrachtio({ secure = false } = {}): Promise<RunningSipServer> {
  const folder = await mkdtemp(join(tmpdir(), 'yihao-drachtio-'))
  const [sipPort, wsPort, adminPort, secret] = [await freePort(), await freePort(), await freePort(), newSecret()]
  const tls = secure ? writeTlsKeys(folder, await newTlsKeys()) : undefined
  const file = writeDrachtioConfig({ folder, sipPort, wsPort, tls, adminPort, secret })
  const daemon = spawn('drachtio', ['-f', file], { stdio: 'ignore' })
  const exited = new Promise<void>((resolve) => daemon.once('exit', () => resolve()))
  const answers = () => {
    if (daemon.exitCode !== null) throw new Error('drachtio ended right after its start')
    return drachtioIsReady({ sipAdmin: adminPort, sip: sipPort })
  }
  await until(answers, `drachtio answers on ports ${adminPort} and ${sipPort}`, 60_000, 50)
  return {
    sipPort,
    wsPort,
    adminPort,
    secret,
    async stop() {
      daemon.kill('SIGKILL')
      await exited
      await rm(folder, { recursive: true, force: true })
    },
  }
}
