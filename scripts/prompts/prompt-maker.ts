import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { encodeWav, readTexts, type Sound, speak } from '../../src/speech/index.ts'
import { sharedSounds } from './tones.ts'

/** One sound that is to lie in the folder: `source` says what it is made from, `make` makes it. */
interface Wanted {
  readonly path: string
  readonly source: string
  make(): Promise<Sound>
}

/** Hash of what a sound says, hash of the file made. A file with another hash was recorded by people: its hash too. */
interface Note {
  readonly source: string
  readonly wav: string
  readonly recording?: string
}

type Manifest = Record<string, Note>

export interface Outcome {
  readonly path: string
  readonly kind: 'made' | 'kept' | 'recording' | 'recording-of-older-text' | 'removed'
}

// Raised when the way of making sounds changes, so that all are made anew.
const makerVersion = 1

/** Brings the folder in line with its texts. With `dryRun` nothing is written. */
export async function makePrompts({ promptsDir, dryRun }: { promptsDir: string; dryRun: boolean }): Promise<Outcome[]> {
  const manifestFile = join(promptsDir, 'manifest.json')
  const before = await readManifest(manifestFile)
  const after: Manifest = {}
  const outcomes: Outcome[] = []
  for (const wanted of await allWanted(promptsDir)) {
    const result = await bringInLine({ promptsDir, dryRun, wanted, noted: before[wanted.path] })
    after[wanted.path] = result.note
    outcomes.push({ path: wanted.path, kind: result.kind })
    // Written as we go: what was made before a failure is not taken for a recording afterwards.
    if (result.kind === 'made' && !dryRun) await writeManifest(manifestFile, { ...before, ...after })
  }
  outcomes.push(...(await removeLeftovers({ promptsDir, dryRun, before, after })))
  if (!dryRun) await writeManifest(manifestFile, after)
  return outcomes
}

async function allWanted(promptsDir: string): Promise<Wanted[]> {
  const spoken = (await readTexts(promptsDir)).flatMap((voice) =>
    [...voice.texts].map(([name, text]) => ({
      path: `${voice.language}/${name}`,
      source: hashOf(JSON.stringify([makerVersion, voice.voice, voice.wordsPerMinute, text])),
      make: () => speak({ text, voice }),
    })),
  )
  const shared = [...sharedSounds].map(([path, make]) => ({
    path,
    source: hashOf(JSON.stringify([makerVersion, path])),
    make: async () => make(),
  }))
  return [...spoken, ...shared]
}

async function bringInLine({
  promptsDir,
  dryRun,
  wanted,
  noted,
}: {
  promptsDir: string
  dryRun: boolean
  wanted: Wanted
  noted: Note | undefined
}): Promise<{ kind: Outcome['kind']; note: Note }> {
  const file = join(promptsDir, `${wanted.path}.wav`)
  const current = await hashOfFile(file)
  if (current !== undefined && current !== noted?.wav) return recordingKept(wanted, current, noted)
  if (current !== undefined && noted?.source === wanted.source) return { kind: 'kept', note: noted }
  if (dryRun) return { kind: 'made', note: { source: wanted.source, wav: '' } }
  const bytes = encodeWav(await wanted.make())
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, bytes)
  return { kind: 'made', note: { source: wanted.source, wav: hashOf(bytes) } }
}

/** A recording is taken to say the text of the day it was first seen. */
function recordingKept(
  wanted: Wanted,
  current: string,
  noted: Note | undefined,
): { kind: Outcome['kind']; note: Note } {
  if (noted?.recording === current) {
    return { kind: noted.source === wanted.source ? 'recording' : 'recording-of-older-text', note: noted }
  }
  return { kind: 'recording', note: { source: wanted.source, wav: noted?.wav ?? '', recording: current } }
}

/** What we once made and no text asks for any more goes; a recording stays. */
async function removeLeftovers({
  promptsDir,
  dryRun,
  before,
  after,
}: {
  promptsDir: string
  dryRun: boolean
  before: Manifest
  after: Manifest
}): Promise<Outcome[]> {
  const removed: Outcome[] = []
  for (const [path, note] of Object.entries(before)) {
    const file = join(promptsDir, `${path}.wav`)
    if (path in after || (await hashOfFile(file)) !== note.wav) continue
    if (!dryRun) await rm(file)
    removed.push({ path, kind: 'removed' })
  }
  return removed
}

async function readManifest(file: string): Promise<Manifest> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}'
    throw error
  })
  return JSON.parse(text) as Manifest
}

async function writeManifest(file: string, manifest: Manifest): Promise<void> {
  const sorted = Object.entries(manifest).sort(([a], [b]) => (a < b ? -1 : 1))
  await writeFile(file, `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`)
}

async function hashOfFile(file: string): Promise<string | undefined> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  return bytes === undefined ? undefined : hashOf(bytes)
}

function hashOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 32)
}
