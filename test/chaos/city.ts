import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../../src/kernel/index.ts'

/** The default city with shorter times, so that a scenario does not wait for what it is about. */
const changes: readonly (readonly [from: string, to: string])[] = [
  ['ringFor: 8 ', 'ringFor: 3 '],
  [
    'social-security: { skills: [social-security], afterMaxWait: { queue: general } }',
    'social-security: { skills: [social-security], maxWait: 10, afterMaxWait: { voicemail: {} } }',
  ],
  ['silence: 5 ', 'silence: 2 '],
  ['shortest: 2 ', 'shortest: 1 '],
]

/** Writes the city of the scenarios into a folder, as a version of ours brings it along; keys 1, 2, 1 lead to voicemail, because nobody has the skill. */
export function writeChaosCity(folder: string, version = projectRoot()): string {
  let city = readFileSync(join(version, 'cities/default.yaml'), 'utf8')
  for (const [from, to] of changes) {
    if (!city.includes(from))
      throw new Error(`cities/default.yaml has no "${from}" any more: change test/chaos/city.ts`)
    city = city.replace(from, to)
  }
  const path = join(folder, 'city.yaml')
  writeFileSync(path, city)
  return path
}
