import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { accepts, freePort, isPortFree } from '../../scripts/launch/free-port.ts'
import { parseWav, serializeWav } from '../../src/embedded/rtp/index.ts'
import { until } from './until.ts'

/** Whether Debian's baresip, a softphone that is not ours, is on this machine (package baresip-core). */
export const hasBaresip = spawnSync('baresip', ['-h']).error === undefined

export interface Baresip {
  /** What it heard in its calls, once they are over: 8 kHz samples. */
  heard(): Int16Array[]
  /** A key of the phone: `hold`, `resume`, `transfer` with whom to (REFER), `dial`, `sndcode` with digits (RFC 4733). */
  press(command: 'hold' | 'resume' | 'transfer' | 'hangup' | 'dial' | 'sndcode', parameter?: string): Promise<void>
  /** What it printed. */
  output(): string
  stop(): Promise<void>
}

const modules = ['g711', 'aufile', 'sndfile', 'account', 'menu', 'stdio', 'ctrl_tcp'] as const
const applications: readonly string[] = ['account', 'menu', 'ctrl_tcp']
const moduleFolders = ['/usr/lib/baresip/modules', '/usr/local/lib/baresip/modules']

export interface BaresipOptions {
  readonly user: string
  /** Registers with it; a citizen's phone has none and does not. */
  readonly password?: string
  /** Of the SIP edge. */
  readonly port: number
  readonly hertz: number
  /** Where it listens; any port when not given. */
  readonly sipPort?: number
}

/** A port for `sipPort`: baresip listens for TLS on the next one. */
export async function baresipPort(): Promise<number> {
  const port = await freePort()
  return (await isPortFree(port + 1)) ? port : baresipPort()
}

/** A baresip that answers every call at once, and says a tone of `hertz`. */
export async function startBaresip({ user, password, port, hertz, sipPort = 0 }: BaresipOptions): Promise<Baresip> {
  const control = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'yihao-baresip-'))
  const tone = join(folder, 'tone.wav')
  writeFileSync(tone, serializeWav({ channels: [sine(hertz, 60)] }))
  const registration = password === undefined ? 'regint=0' : `auth_user=${user};auth_pass=${password};regint=60`
  const account = `<sip:${user}@127.0.0.1:${port}>;answermode=auto;${registration}`
  writeFileSync(join(folder, 'accounts'), `${account}\n`)
  writeFileSync(
    join(folder, 'config'),
    [
      `sip_listen 127.0.0.1:${sipPort}`,
      `module_path ${moduleFolders.find((path) => tryRead(path).length > 0) ?? moduleFolders[0]}`,
      ...modules.map((name) => (applications.includes(name) ? `module_app ${name}.so` : `module ${name}.so`)),
      `audio_source aufile,${tone}`,
      `audio_player aufile,${join(folder, 'played.wav')}`,
      `audio_alert aufile,${join(folder, 'alert.wav')}`,
      `ctrl_tcp_listen 127.0.0.1:${control}`,
      'ausrc_srate 8000',
      'auplay_srate 8000',
      `snd_path ${folder}`,
      '',
    ].join('\n'),
  )
  let output = ''
  const child = spawn('baresip', ['-f', folder], { stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await until(() => accepts('127.0.0.1', control), 'baresip takes commands', 20_000)
  return {
    heard: () =>
      tryRead(folder)
        .filter((name) => /^dump-.*-dec\.wav$/.test(name))
        .flatMap((name) => parseWav(readFileSync(join(folder, name))).channels),
    press: (command, parameter = '') => press(control, command, parameter),
    output: () => output,
    async stop() {
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
      await ended
      clearTimeout(timer)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** One command over baresip's ctrl_tcp: JSON in a netstring. */
async function press(port: number, command: string, parameter: string): Promise<void> {
  const text = JSON.stringify({ command, ...(parameter === '' ? {} : { params: parameter }), token: 'key' })
  const socket = connect({ host: '127.0.0.1', port })
  const answered = new Promise<string>((resolve, reject) => {
    socket.on('data', (chunk: Buffer) => {
      if (chunk.includes('"response"')) resolve(chunk.toString())
    })
    socket.on('error', reject)
  })
  socket.write(`${Buffer.byteLength(text)}:${text},`)
  const answer = await answered
  socket.destroy()
  if (!answer.includes('"ok":true')) throw new Error(`baresip refused ${command} ${parameter}: ${answer}`)
}

function sine(hertz: number, seconds: number): Int16Array {
  return Int16Array.from({ length: 8000 * seconds }, (_, n) =>
    Math.round(8000 * Math.sin((2 * Math.PI * hertz * n) / 8000)),
  )
}

function tryRead(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
