import { join, resolve } from 'node:path'
import { messageOf, projectRoot, readArguments } from '../src/kernel/index.ts'
import { makePrompts, type Outcome } from './prompts/prompt-maker.ts'

const help = `Makes the IVR's WAV files (8 kHz, mono, 16-bit) from the texts beside them, with espeak-ng.

Only what is missing or whose text changed is made. A file that was put in place of a made one is a recording and is
never overwritten; to have it made again, delete it. What no text asks for any more is removed, unless it is a recording.

  node dist/scripts/make-prompts.js [options]

  --prompts DIR   folder of the prompts (default: ivr/prompts)
  --dry-run       only say what would be done
  --help          this text`

const words: Record<Exclude<Outcome['kind'], 'kept'>, string> = {
  made: 'made',
  removed: 'removed',
  recording: 'recording, left as it is',
  'recording-of-older-text': 'recording, left as it is, but its text has changed since',
}

async function main(): Promise<void> {
  const { values } = readArguments({
    options: { prompts: { type: 'string' }, 'dry-run': { type: 'boolean' }, help: { type: 'boolean' } },
  })
  if (values.help) {
    process.stdout.write(`${help}\n`)
    return
  }
  const promptsDir = resolve(values.prompts ?? join(projectRoot(), 'ivr/prompts'))
  const outcomes = await makePrompts({ promptsDir, dryRun: values['dry-run'] ?? false })
  for (const { path, kind } of outcomes) if (kind !== 'kept') process.stdout.write(`${path}: ${words[kind]}\n`)
  const made = outcomes.filter(({ kind }) => kind === 'made').length
  process.stdout.write(`${outcomes.length} prompts, ${made} made.\n`)
}

main().catch((thrown) => {
  process.stderr.write(`make-prompts: ${messageOf(thrown)}\n`)
  process.exitCode = 1
})
