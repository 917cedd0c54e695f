import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../scripts/launch/free-port.ts'
import { encodeG711 } from '../../src/embedded/rtp/index.ts'
import { projectRoot } from '../../src/kernel/index.ts'
import { type Percentiles, percentilesOf, readResponseTimes, readStatistics } from './sipp-statistics.ts'
import { toneOf } from './tone.ts'
import { until } from './until.ts'

export interface SippOptions {
  /** A file of test/sipp without its ending, or the name of a scenario SIPp brings itself. */
  readonly scenario: string
  /** Where requests go; a scenario that waits to be called has none. */
  readonly target?: { readonly host: string; readonly port: number }
  /** Whom to call: `[service]` of the scenario. */
  readonly service?: string
  /** Ends after as many calls; without it when told to stop. */
  readonly calls?: number
  /** New calls a second. */
  readonly rate?: number
  /** `[name]` in the scenario. */
  readonly keys?: Readonly<Record<string, string>>
  /** Milliseconds of a pause without a length of its own (-d). */
  readonly pauseMs?: number
  /** Milliseconds a `recv` without a limit of its own waits (-recv_timeout). */
  readonly receiveWithinMs?: number
  /** Lines of fields, one a call (-inf). */
  readonly lines?: readonly (readonly string[])[]
  /** The SIP port; a free one without. */
  readonly port?: number
  readonly timeoutMs?: number
  /** Sends G.711 for as long as a call lasts, from a port of its own for each; without it calls are silent. */
  readonly sound?: boolean
  readonly args?: readonly string[]
}

export interface SippResult {
  /** 0: all calls as the scenario says; 1: some were not; 99: none came; null: ended by us, being late. */
  readonly exitCode: number | null
  readonly successful: number
  readonly failed: number
  /** Milliseconds, by the name of the scenario's `rtd`. */
  readonly responseTimes: Readonly<Record<string, Percentiles>>
  /** What SIPp complained of, and the end of what it printed. */
  readonly output: string
}

/** A SIPp that runs. */
export interface Sipp {
  readonly port: number
  readonly pid: number
  readonly finished: Promise<SippResult>
  /** No new calls; ends with the last of those that are. */
  stop(): Promise<SippResult>
}

const program = '/usr/bin/sipp'
/** Milliseconds between being told to stop and being killed. */
const stopWithin = 10_000

/** Runs a scenario to its end. */
export async function runSipp(options: SippOptions): Promise<SippResult> {
  return (await startSipp(options)).finished
}

/** Starts SIPp in a folder of its own; resolves when it listens. It ends by itself at the latest after `timeoutMs`. */
export async function startSipp(options: SippOptions): Promise<Sipp> {
  if (!existsSync(program))
    throw new Error(`${program} is missing: install the package sip-tester (apt install sip-tester)`)
  const port = options.port ?? (await freePort())
  const folder = mkdtempSync(join(tmpdir(), 'yihao-sipp-'))
  // SIPp writes some of its files beside the scenario.
  const own = fileOf(options)
  if (own !== undefined) writeFileSync(join(folder, 'scenario.xml'), scenarioOf(own, options, folder))
  if (options.lines) writeFileSync(join(folder, 'lines.csv'), csvOf(options.lines))
  // For sound, for a picture two further, and an RTCP for each.
  const process = spawn(program, argumentsOf(options, port, await freePort({ span: 4 })), {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const finished = finish(process, folder, options.timeoutMs ?? 60_000)
  await until(() => process.exitCode !== null || isBound(port), `${options.scenario} listens on UDP port ${port}`)
  return {
    port,
    pid: process.pid ?? 0,
    finished,
    async stop() {
      process.kill('SIGUSR1')
      const late = setTimeout(() => process.kill('SIGKILL'), stopWithin)
      return finished.finally(() => clearTimeout(late))
    },
  }
}

function fileOf({ scenario }: SippOptions): string | undefined {
  const file = join(projectRoot(), 'test/sipp', `${scenario}.xml`)
  return existsSync(file) ? file : undefined
}

/** The scenario; where it says so, sound begins in one that is to send some. */
function scenarioOf(file: string, { sound = false }: SippOptions, folder: string): string {
  const scenario = readFileSync(file, 'utf8')
  if (!sound) return scenario
  const path = join(folder, 'sound.alaw')
  writeFileSync(path, tone())
  const begin = `<nop><action><exec rtp_stream="${path},-1,8,PCMA/8000"/></action></nop>`
  return scenario.replaceAll('[media_port]', '[rtpstream_audio_port]').replace('<!-- Sound begins. -->', begin)
}

/** Ten seconds of G.711 A-law. */
function tone(): Uint8Array {
  const samples = toneOf(440, 10_000)
  const octets = new Uint8Array(samples.length)
  encodeG711('alaw', samples, octets)
  return octets
}

function argumentsOf(options: SippOptions, port: number, mediaPort: number): string[] {
  const { target, service, calls, rate, keys = {}, pauseMs, receiveWithinMs, timeoutMs = 60_000 } = options
  return [
    ...(target ? [`${target.host}:${target.port}`] : []),
    ...(fileOf(options) === undefined ? ['-sn', options.scenario] : ['-sf', 'scenario.xml']),
    ...['-nostdin', '-i', '127.0.0.1', '-p', String(port), '-mp', String(mediaPort)],
    ...['-trace_err', '-error_file', 'errors.log', '-trace_stat', '-stf', 'statistics.csv', '-fd', '1'],
    ...['-trace_rtt', '-rtt_freq', '1', '-timer_resol', '1', '-timeout', `${Math.ceil(timeoutMs / 1000)}s`],
    ...(service === undefined ? [] : ['-s', service]),
    ...(calls === undefined ? [] : ['-m', String(calls)]),
    // A whole number of calls in a period: 7.5 a second are 15 in 2 s.
    ...(rate === undefined ? [] : ['-r', String(rate * 2), '-rp', '2000']),
    ...(pauseMs === undefined ? [] : ['-d', String(pauseMs)]),
    ...(receiveWithinMs === undefined ? [] : ['-recv_timeout', String(receiveWithinMs)]),
    ...Object.entries(keys).flatMap(([name, value]) => ['-key', name, value]),
    ...(options.lines ? ['-inf', 'lines.csv'] : []),
    ...(options.args ?? []),
  ]
}

const csvOf = (lines: readonly (readonly string[])[]) =>
  `SEQUENTIAL\n${lines.map((fields) => fields.join(';')).join('\n')}\n`

function finish(process: ChildProcess, folder: string, timeoutMs: number): Promise<SippResult> {
  let printed = ''
  const collect = (chunk: Buffer) => {
    printed = (printed + chunk.toString()).slice(-4000)
  }
  process.stdout?.on('data', collect)
  process.stderr?.on('data', collect)
  // A little after its own limit, in case it does not keep it.
  const late = setTimeout(() => process.kill('SIGKILL'), timeoutMs + 5000)
  return new Promise((resolve, reject) => {
    process.once('error', reject)
    process.once('close', (exitCode) => {
      clearTimeout(late)
      resolve(readResult(folder, exitCode, printed))
      rmSync(folder, { recursive: true, force: true })
    })
  })
}

function readResult(folder: string, exitCode: number | null, printed: string): SippResult {
  const read = (name: string | undefined) =>
    name !== undefined && existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : ''
  const times = readResponseTimes(read(readdirSync(folder).find((name) => name.endsWith('_rtt.csv'))))
  return {
    exitCode,
    ...readStatistics(read('statistics.csv')),
    responseTimes: Object.fromEntries([...times].map(([name, samples]) => [name, percentilesOf(samples)])),
    output: `${read('errors.log').slice(0, 8000)}\n${printed}`,
  }
}

/** Whether a UDP socket is bound to the port. Trying to bind it ourselves could take it from SIPp. */
function isBound(port: number): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  return new RegExp(`^\\s*\\d+: [0-9A-F]{8}:${hex} `, 'm').test(readFileSync('/proc/net/udp', 'utf8'))
}

/** Whether SIPp may send telephone-events: it builds their packets itself, on raw sockets (CAP_NET_RAW, bit 13). */
export function mayUseRawSockets(): boolean {
  const capabilities = /^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'
  return (BigInt(`0x${capabilities}`) & (1n << 13n)) !== 0n
}
