import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { projectRoot } from '../../src/kernel/index.ts'
import { readCity } from '../../src/read-city.ts'
import { cityOf, faultsIn } from '../support/city-of.ts'

const head = 'name: shenzhen\n'

test('city - a queue that says nothing behaves as built in', async () => {
  const city = await cityOf(`${head}queues:\n  general: { skills: [] }\n`)

  expect(city.name).toBe('shenzhen')
  expect([...city.queues.values()]).toEqual([
    {
      name: 'general',
      skills: [],
      priority: 0,
      answerWithin: 15,
      announceEvery: 20,
      ringFor: 8,
      wrapUp: 15,
      rating: false,
      overflow: [],
      relax: [],
      maxWait: 600,
      afterMaxWait: { kind: 'keep' },
    },
  ])
})

test('city - an overflow to a branch whose seats are here leads to the queue of its seats, a ring of such ways is refused', async () => {
  const text = (market: string) => `${head}
branches:
  "12366": { name: tax, route: "sip:10.0.0.1" }
  "12315": { name: market, mode: specialist-seats, queue: market }
queues:
  general:
    skills: []
    overflow: [{ after: 5, do: { branch: "12315" } }, { after: 9, do: { branch: "12366" } }]
    afterMaxWait: { branch: "12315" }
  market: { skills: [market], afterMaxWait: { ${market} } }
`
  const { queues } = await cityOf(text('branch: "12366"'))

  expect(queues.get('general')).toMatchObject({
    overflow: [{ action: { kind: 'queue', queue: 'market' } }, { action: { kind: 'branch', branch: '12366' } }],
    afterMaxWait: { kind: 'queue', queue: 'market' },
  })
  expect(queues.get('market')?.afterMaxWait).toEqual({ kind: 'branch', branch: '12366' })
  const [ring = ''] = await faultsIn(text('queue: general'))
  expect(ring).toContain('leads to queue market and in the end back to general')
})

test("city - a queue's own word holds before the city's, and the city's before the built-in", async () => {
  const { queues } = await cityOf(`${head}
defaults: { ringFor: 12, wrapUp: 30, afterMaxWait: { announce: apology } }
queues:
  general: { skills: [] }
  tax: { skills: [tax, vat], priority: 5, wrapUp: 0, afterMaxWait: { queue: general } }
  urgent: { skills: [], afterMaxWait: keep }
`)

  expect(queues.get('general')).toMatchObject({
    priority: 0,
    ringFor: 12,
    wrapUp: 30,
    maxWait: 600,
    afterMaxWait: { kind: 'announce', prompt: 'apology' },
  })
  expect(queues.get('tax')).toMatchObject({
    skills: ['tax', 'vat'],
    priority: 5,
    ringFor: 12,
    wrapUp: 0,
    afterMaxWait: { kind: 'queue', queue: 'general' },
  })
  expect(queues.get('urgent')?.afterMaxWait).toEqual({ kind: 'keep' })
})

test('city - an overflow chain is read in its order', async () => {
  const { queues } = await cityOf(`${head}
branches: { "12366": { name: tax, route: "sip:10.0.0.1" } }
queues:
  general: { skills: [] }
  tax:
    skills: [tax]
    overflow:
      - { nobodyLoggedIn: true, do: { queue: general } }
      - { after: 60, do: { branch: "12366" } }
`)

  expect(queues.get('tax')?.overflow).toEqual([
    { when: { kind: 'nobodyLoggedIn' }, action: { kind: 'queue', queue: 'general' } },
    { when: { kind: 'after', seconds: 60 }, action: { kind: 'branch', branch: '12366' } },
  ])
})

test('city - voicemail after hours and after a wait, with what is not said built in', async () => {
  const { queues, lines, voicemail } = await cityOf(`${head}
calendars: { office: { weekly: { mon-fri: ["09:00-17:00"] } } }
lines:
  "12345": { calendar: office, whenClosed: { voicemail: { queue: tax } } }
  "12346": { calendar: office, whenClosed: { announce: closed-goodbye } }
queues:
  tax: { skills: [tax], afterMaxWait: { voicemail: {} } }
voicemail: { longest: 60 }
`)

  expect(lines.get('12345')?.whenClosed).toEqual({ kind: 'voicemail', queue: 'tax', greeting: 'closed' })
  expect(lines.get('12346')?.whenClosed).toEqual({ kind: 'announce', prompt: 'closed-goodbye' })
  expect(queues.get('tax')?.afterMaxWait).toEqual({ kind: 'voicemail', greeting: 'apology' })
  expect(voicemail).toEqual({ longest: 60, silence: 5, shortest: 2 })
})

test('city - a line keeps its recordings as long as it says, the others as long as the city says', async () => {
  const { lines, recording } = await cityOf(`${head}
calendars: { all: { always: true } }
recording: { keepDays: 90 }
lines:
  "12345": { calendar: all, whenClosed: { announce: closed }, keepRecordings: 365 }
  "12346": { calendar: all, whenClosed: { announce: closed } }
queues: { general: { skills: [] } }
`)

  expect(recording).toEqual({ keepDays: 90 })
  expect(lines.get('12345')?.keepRecordings).toBe(365)
  expect(lines.get('12346')?.keepRecordings).toBeUndefined()
})

test("city - the repository's own cities are good, and what they announce is recorded in every language", async () => {
  const root = projectRoot()
  for (const file of await readdir(join(root, 'cities'))) {
    const { queues, lines } = await readCity(join(root, 'cities', file))

    const ways = [
      ...[...queues.values()].map(({ afterMaxWait }) => afterMaxWait),
      ...[...lines.values()].map(({ whenClosed }) => whenClosed),
    ]
    for (const way of ways) {
      if (way.kind !== 'announce' && way.kind !== 'voicemail') continue
      for (const language of ['cmn', 'yue', 'en']) {
        const { texts } = parse(await readFile(join(root, 'ivr/prompts', language, 'texts.yaml'), 'utf8'))
        expect(texts, `${file}, ${language}`).toHaveProperty(way.kind === 'announce' ? way.prompt : way.greeting)
      }
    }
  }
})
