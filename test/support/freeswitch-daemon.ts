import { type ChildProcess, spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../scripts/launch/free-port.ts'
import { freeSwitchArguments } from '../../scripts/launch/freeswitch.ts'
import { newSecret } from '../../src/kernel/index.ts'

export interface RunningSwitch {
  readonly sipPort: number
  readonly eslPort: number
  readonly eslPassword: string
  stop(): Promise<void>
}

export interface SwitchStart {
  /** Folder of announcements, with `music/` in it. */
  readonly prompts: string
  /** UDP ports of the sound; those of any installation when left out. */
  readonly rtp?: { readonly first: number; readonly last: number }
}

/** Starts FreeSWITCH on a copy of `dialplans/`, everything it writes in a folder of its own, and waits until it answers. */
export async function startFreeswitch(program: string, { prompts, rtp }: SwitchStart): Promise<RunningSwitch> {
  const folder = await mkdtemp(join(tmpdir(), 'yihao-freeswitch-'))
  const conf = join(folder, 'conf')
  await cp('dialplans', conf, { recursive: true })
  const [sipPort, eslPort, eslPassword] = [await freePort(), await freePort(), newSecret()]
  const daemon = spawn(program, freeSwitchArguments({ configDir: conf, folder }), {
    stdio: 'ignore',
    env: {
      ...process.env,
      YIHAO_SWITCH_SIP_PORT: String(sipPort),
      YIHAO_SWITCH_ESL_PORT: String(eslPort),
      YIHAO_SWITCH_ESL_PASSWORD: eslPassword,
      ...(rtp && { YIHAO_RTP_START: String(rtp.first), YIHAO_RTP_END: String(rtp.last) }),
      YIHAO_PROMPTS: prompts,
      YIHAO_STATE_DIR: folder,
    },
  })
  await answering(daemon, eslPort, join(folder, 'log', 'freeswitch.log'))
  return { sipPort, eslPort, eslPassword, stop: () => stop(daemon, folder) }
}

const startWithinMs = 40_000

/** Ready when the event socket asks for the password: modules load before it does. */
async function answering(daemon: ChildProcess, port: number, log: string): Promise<void> {
  const until = Date.now() + startWithinMs
  while (Date.now() < until) {
    if (daemon.exitCode !== null) break
    if (await asksForPassword(port)) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  const text = await readFile(log, 'utf8').catch(() => 'no log')
  daemon.kill('SIGKILL')
  throw new Error(`FreeSWITCH did not start: ${text.slice(-2000)}`)
}

function asksForPassword(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.setTimeout(1000)
    const finish = (ready: boolean): void => {
      socket.destroy()
      resolve(ready)
    }
    socket.once('data', (data) => finish(data.toString().includes('auth/request')))
    socket.once('error', () => finish(false))
    socket.once('timeout', () => finish(false))
  })
}

async function stop(daemon: ChildProcess, folder: string): Promise<void> {
  const exited = new Promise<void>((resolve) => daemon.once('exit', () => resolve()))
  if (daemon.exitCode === null) {
    daemon.kill('SIGTERM')
    const timer = setTimeout(() => daemon.kill('SIGKILL'), 5000)
    await exited
    clearTimeout(timer)
  }
  await rm(folder, { recursive: true, force: true })
}
