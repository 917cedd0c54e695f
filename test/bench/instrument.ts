import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findDrachtio } from '../../scripts/launch/drachtio.ts'
import { findFreeSwitch } from '../../scripts/launch/freeswitch.ts'
import { messageOf, projectRoot, readArguments } from '../../src/kernel/index.ts'
import type { Finding } from './finding.ts'
import { circumstances } from './machine.ts'

/** What the command line says to every bench and scenario. */
export interface InstrumentOptions {
  /** How much of it: calls, seconds or rounds, as the entry says; undefined is its own choice. */
  readonly calls: number | undefined
  readonly tickets: number
  /** The small form that the tests run. */
  readonly short: boolean
  readonly sipServer: 'embedded' | 'drachtio'
  readonly mediaSwitch: 'embedded' | 'freeswitch'
}

export interface Entry {
  /** One line for `--help`. */
  readonly about: string
  readonly run: (options: InstrumentOptions) => Promise<Finding>
}

/** `npm run bench` and `npm run chaos`: runs what is named, shows it as a table, and keeps it in bench/results. */
export async function runInstrument(instrument: 'bench' | 'chaos', entries: Readonly<Record<string, Entry>>) {
  const { values: flags, positionals } = readArguments({
    allowPositionals: true,
    options: {
      calls: { type: 'string' },
      tickets: { type: 'string', default: '1000000' },
      short: { type: 'boolean', default: false },
      freeswitch: { type: 'boolean', default: false },
      drachtio: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const names = positionals.includes('all') ? Object.keys(entries) : positionals
  const unknown = names.filter((name) => !Object.hasOwn(entries, name))
  if (flags.help || names.length === 0 || unknown.length > 0) {
    if (unknown.length > 0) console.error(`no such name: ${unknown.join(', ')}\n`)
    console.log(helpOf(instrument, entries))
    process.exitCode = flags.help ? 0 : 1
    return
  }
  const options: InstrumentOptions = {
    calls: flags.calls === undefined ? undefined : Number(flags.calls),
    tickets: Number(flags.tickets),
    short: flags.short,
    sipServer: flags.drachtio ? 'drachtio' : 'embedded',
    mediaSwitch: flags.freeswitch ? 'freeswitch' : 'embedded',
  }
  const findings: Finding[] = []
  for (const name of names) findings.push(await runOne(instrument, name, entries[name], options))
  const ok = findings.every((finding) => finding.ok)
  if (flags.json) console.log(JSON.stringify(findings.length === 1 ? findings[0] : { ok, findings }))
  // What a failure left running must not keep us.
  process.exit(ok ? 0 : 1)
}

async function runOne(
  instrument: string,
  name: string,
  entry: Entry | undefined,
  options: InstrumentOptions,
): Promise<Finding> {
  const before = circumstances()
  const finding = await measure(name, entry, options)
  for (const [figure, value] of Object.entries(finding)) console.log(`${figure.padEnd(24)} ${String(value)}`)
  console.log('')
  const folder = join(projectRoot(), 'bench/results')
  mkdirSync(folder, { recursive: true })
  const on = finding.on.replaceAll(/[^a-z0-9]+/gi, '-')
  const text = JSON.stringify({ ...before, result: finding }, null, 2)
  // The newest of each; the repository keeps the earlier ones.
  if (!options.short) writeFileSync(join(folder, `${instrument}-${name}-${on}.json`), `${text}\n`)
  return finding
}

/** What could not be measured is not ok, and says why. */
async function measure(name: string, entry: Entry | undefined, options: InstrumentOptions): Promise<Finding> {
  const on = `${options.sipServer} + ${options.mediaSwitch}`
  const missing = [
    options.mediaSwitch === 'freeswitch' && !findFreeSwitch() ? 'FreeSWITCH is not on this machine' : '',
    options.sipServer === 'drachtio' && !findDrachtio() ? 'drachtio-server is not on this machine' : '',
  ].filter(Boolean)
  try {
    if (missing.length > 0 || !entry) throw new Error(missing.join('; '))
    return await entry.run(options)
  } catch (error) {
    return { ok: false, name, on, target: '', reason: messageOf(error) }
  }
}

function helpOf(instrument: string, entries: Readonly<Record<string, Entry>>): string {
  const width = Math.max(...Object.keys(entries).map((name) => name.length)) + 2
  const lines = Object.entries(entries).map(([name, { about }]) => `  ${name.padEnd(width)}${about}`)
  return `Usage: npm run ${instrument} -- NAME ... | all [--calls N] [--freeswitch] [--drachtio] [--json]

${lines.join('\n')}

  --calls N      how much of it: calls, rounds or seconds
  --tickets N    tickets in the large table of the bench "tickets" (default 1000000)
  --short        the small form that the tests run; its result is not kept
  --freeswitch   on the FreeSWITCH of this machine instead of the embedded softswitch
  --drachtio     on the drachtio-server of this machine instead of the embedded SIP server
  --json         one JSON object as the last line; "ok" says whether the target is met

Results are kept in bench/results; docs/performance.md says how each is measured.`
}
