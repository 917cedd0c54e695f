import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { accepts, freePort } from '../../../scripts/launch/free-port.ts'
import { serializeWav } from '../../../src/embedded/rtp/index.ts'
import { toneFile } from '../tone.ts'
import { until } from '../until.ts'
import { BaresipControl, type BaresipEvent } from './baresip-control.ts'

/** Whether Debian's baresip, a softphone that is not ours, is on this machine (package baresip-core). */
export const hasBaresip = spawnSync('baresip', ['-h']).error === undefined

const modules = ['g711', 'aufile', 'sndfile', 'account', 'menu', 'ctrl_tcp'] as const
const applications: readonly string[] = ['account', 'menu', 'ctrl_tcp']
const moduleFolders = ['/usr/lib/baresip/modules', '/usr/local/lib/baresip/modules']
/** A tone ends, and with it the sound: longer than any scenario. */
const toneMs = 180_000

export interface BaresipProcess {
  readonly control: BaresipControl
  output(): string
  stop(): Promise<void>
}

export interface BaresipProcessOptions {
  /** Its own: configuration, and what its module sndfile keeps of what it hears. */
  readonly folder: string
  /** A line of baresip's `accounts`. */
  readonly account: string
  /** What it says, as `soundOf` names it. */
  readonly sound: string
  onEvent(event: BaresipEvent): void
}

/** A baresip on loopback, steered over ctrl_tcp. */
export async function startBaresip(options: BaresipProcessOptions): Promise<BaresipProcess> {
  const { folder } = options
  const control = await freePort()
  writeFileSync(join(folder, 'accounts'), `${options.account}\n`)
  writeFileSync(join(folder, 'config'), configuration({ ...options, control }))
  let output = ''
  const child = spawn('baresip', ['-f', folder], { stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await until(() => {
    if (child.exitCode !== null) throw new Error(`baresip ended with ${child.exitCode}: ${output}`)
    return accepts('127.0.0.1', control)
  }, 'baresip takes commands')
  const connected = await BaresipControl.connect(control, options.onEvent)
  return { control: connected, output: () => output, stop: () => stop(child, connected, ended) }
}

async function stop(child: ChildProcess, control: BaresipControl, ended: Promise<void>): Promise<void> {
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
  await ended
  clearTimeout(timer)
  control.close()
}

function configuration(options: { folder: string; sound: string; control: number }): string {
  const { folder, sound, control } = options
  return [
    'sip_listen 127.0.0.1:0',
    // Above the ports of our servers, and above those Linux gives to outgoing connections.
    'rtp_ports 61000-65534',
    `module_path ${moduleFolders.find((path) => existsSync(path)) ?? moduleFolders[0]}`,
    ...modules.map((name) => (applications.includes(name) ? `module_app ${name}.so` : `module ${name}.so`)),
    `audio_source ${sound}`,
    `ctrl_tcp_listen 127.0.0.1:${control}`,
    'ausrc_srate 8000',
    'auplay_srate 8000',
    `snd_path ${folder}`,
    '',
  ].join('\n')
}

/** baresip's name for a tone of so many hertz, or silence: a file, made when it is first asked for. */
export function soundOf(folder: string, hertz: number | undefined): string {
  const path = join(folder, `${hertz ?? 'silence'}.wav`)
  if (!existsSync(path)) writeFileSync(path, soundFile(hertz))
  return `aufile,${path}`
}

function soundFile(hertz: number | undefined): Buffer {
  if (hertz !== undefined) return toneFile(hertz, toneMs)
  return serializeWav({ channels: [new Int16Array(8 * toneMs)] })
}
