import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { City } from '../../src/city.ts'
import { ConfigurationError } from '../../src/kernel/index.ts'
import { readCity } from '../../src/read-city.ts'

async function cityFile(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'yihao-city-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'city.yaml')
  await writeFile(file, text)
  return file
}

/** The city that the text describes. */
export const cityOf = async (text: string): Promise<City> => readCity(await cityFile(text))

/** What is said about a broken file, its folder left out. */
export async function faultsIn(text: string): Promise<string[]> {
  const file = await cityFile(text)
  const thrown = await readCity(file).catch((error: unknown) => error)
  if (!(thrown instanceof ConfigurationError)) throw thrown
  return thrown.message.split('\n').map((line) => line.replace(file, 'city.yaml'))
}
