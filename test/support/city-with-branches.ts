import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../../src/kernel/index.ts'

export interface CityOptions {
  /** Where the file is written. */
  readonly folder: string
  /** The city's file without its branches, in test/support. */
  readonly file: string
  /** Of the phones of the test. */
  readonly sipPort: number
}

/** The test city with branches and the way to citizens: phones of the test, and one branch whose seats are agents of the centre. */
export function cityWithBranches({ folder, file, sipPort }: CityOptions): string {
  const city = readFileSync(join(projectRoot(), 'test/support', file), 'utf8')
  const branch = (number: string, more = '') =>
    `  "${number}": { name: "${number}", route: "sip:127.0.0.1:${sipPort}", ringFor: 4${more} }\n`
  const path = join(folder, 'city.yaml')
  // Hours that a test closes, where the city has them.
  const hours = city.includes('prices:') ? ', hours: prices' : ''
  const outbound = `outbound: { trunk: "sip:127.0.0.1:${sipPort}", numbers: ["1[3-9][0-9]{9}"], ringFor: 5${hours}, outcomes: [satisfied, call-again] }\n`
  const branches = [
    branch('12366'),
    branch('12333', ', capacity: 1'),
    branch('12358', hours),
    '  "12315": { name: market, mode: specialist-seats, queue: market-supervision }\n',
  ]
  const services = ['110', '119'].map((number) => `  "${number}": { route: "sip:127.0.0.1:${sipPort}", ringFor: 4 }\n`)
  writeFileSync(path, `${city}branches:\n${branches.join('')}emergency:\n${services.join('')}${outbound}`)
  return path
}
