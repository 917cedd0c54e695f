import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { SpeechUnavailable } from './errors.ts'
import { tidied } from './level.ts'
import { resample } from './resample.ts'
import type { PromptTexts } from './texts.ts'
import { decodeWav, type Sound, telephoneRate } from './wav.ts'

const run = promisify(execFile)

/** Says a text with espeak-ng; tidied, at the rate of the telephone network. */
export async function speak({
  text,
  voice,
}: {
  text: string
  voice: Pick<PromptTexts, 'voice' | 'wordsPerMinute'>
}): Promise<Sound> {
  const folder = await mkdtemp(join(tmpdir(), 'yihao-prompt-'))
  try {
    const file = join(folder, 'said.wav')
    await espeak(['-v', voice.voice, '-s', String(voice.wordsPerMinute), '-a', '80', '-w', file, '--', text])
    return tidied(resample(decodeWav(await readFile(file)), telephoneRate))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function espeak(args: readonly string[]): Promise<void> {
  try {
    await run('espeak-ng', [...args], { timeout: 60_000 })
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') {
      throw new SpeechUnavailable(
        'espeak-ng is not installed; on Debian and Ubuntu it is in the package espeak-ng: apt-get install espeak-ng',
      )
    }
    throw thrown
  }
}
