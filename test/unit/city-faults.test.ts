import { tmpdir } from 'node:os'
import { describe, expect, test } from 'vitest'
import { ConfigurationError } from '../../src/kernel/index.ts'
import { readCity } from '../../src/read-city.ts'
import { faultsIn } from '../support/city-of.ts'

const head = 'name: shenzhen\n'

describe('city - a mistake is refused with file and line', () => {
  test.each([
    {
      what: 'an unknown setting',
      text: `${head}queues:\n  general:\n    skills: []\n    maxwait: 60\n`,
      faults: ['city.yaml:5: queues.general.maxwait: unknown setting maxwait'],
    },
    {
      what: 'a number that is a branch and an emergency service',
      text: `${head}queues:\n  general: { skills: [] }\nbranches:\n  "110": { name: x, route: "sip:10.0.0.1" }\nemergency: { "110": { route: "sip:10.0.0.1" } }\n`,
      faults: ['city.yaml:5: 110 is an emergency service, no branch'],
    },
    {
      what: 'an unknown setting among the defaults',
      text: `${head}defaults:\n  answerWithin: 10\n  skills: [tax]\nqueues:\n  general: { skills: [] }\n`,
      faults: ['city.yaml:4: defaults.skills: unknown setting skills'],
    },
    {
      what: 'an unknown setting of the city, however it is spelt',
      text: `${head}queues:\n  general: { skills: [] }\n"a/b~": 1\n`,
      faults: ['city.yaml:4: a/b~: unknown setting a/b~'],
    },
    {
      what: 'values of the wrong kind',
      text: `${head}queues:\n  general:\n    skills: tax\n    ringFor: soon\n    wrapUp: -1\n    priority: 1.5\n`,
      faults: [
        'city.yaml:4: queues.general.skills: must be array',
        'city.yaml:7: queues.general.priority: must be integer',
        'city.yaml:5: queues.general.ringFor: must be integer',
        'city.yaml:6: queues.general.wrapUp: must be >= 0',
      ],
    },
    {
      what: 'a queue without skills',
      text: `${head}queues:\n  general: {}\n`,
      faults: ['city.yaml:3: queues.general: must have required properties skills'],
    },
    {
      what: 'a queue whose name no menu can write',
      text: `${head}queues:\n  general: { skills: [] }\n  Tax:\n  __proto__: { skills: [] }\n`,
      faults: [
        'city.yaml:4: queues.Tax: the name of a queue is of small letters, digits and hyphens',
        'city.yaml:5: queues.__proto__: the name of a queue is of small letters, digits and hyphens',
      ],
    },
    {
      what: 'an end of waiting that is none',
      text: `${head}queues:\n  general:\n    skills: []\n    afterMaxWait: hangup\n`,
      faults: [
        'city.yaml:5: queues.general.afterMaxWait: must be keep, { queue: NAME }, { branch: NUMBER }, { callback: offer }, { announce: PROMPT } or { voicemail: { greeting: PROMPT } }',
      ],
    },
    {
      what: 'an end of waiting that is two at once',
      text: `${head}queues:\n  general:\n    skills: []\n    afterMaxWait: { queue: tax, announce: apology }\n`,
      faults: [
        'city.yaml:5: queues.general.afterMaxWait: must be keep, { queue: NAME }, { branch: NUMBER }, { callback: offer }, { announce: PROMPT } or { voicemail: { greeting: PROMPT } }',
      ],
    },
    {
      what: 'a queue that overflows into itself',
      text: `${head}queues:\n  general:\n    skills: []\n    afterMaxWait: { queue: general }\n`,
      faults: ['city.yaml:5: queue general: afterMaxWait leads to queue general, which is no other queue of this file'],
    },
    {
      what: 'queues that overflow into one nobody knows',
      text: `${head}queues:\n  general: { skills: [], afterMaxWait: { queue: gone } }\n  tax: { skills: [], afterMaxWait: { queue: lost } }\n`,
      faults: [
        'city.yaml:3: queue general: afterMaxWait leads to queue gone, which is no other queue of this file',
        'city.yaml:4: queue tax: afterMaxWait leads to queue lost, which is no other queue of this file',
      ],
    },
    {
      what: 'queues that overflow into one another in a ring',
      text: `${head}queues:
  a: { skills: [], afterMaxWait: { queue: b } }
  b: { skills: [], afterMaxWait: { queue: c } }
  c: { skills: [], afterMaxWait: { queue: b } }
  d: { skills: [], afterMaxWait: { queue: e } }
  e: { skills: [], afterMaxWait: keep }
`,
      faults: [
        'city.yaml:4: queue b: afterMaxWait leads to queue c and in the end back to b',
        'city.yaml:5: queue c: afterMaxWait leads to queue b and in the end back to c',
      ],
    },
    {
      what: 'a default overflow that leads a queue into itself',
      text: `${head}defaults: { afterMaxWait: { queue: general } }\nqueues:\n  general: { skills: [] }\n  tax: { skills: [] }\n`,
      faults: ['city.yaml:4: queue general: afterMaxWait leads to queue general, which is no other queue of this file'],
    },
    {
      what: 'a chain with steps that cannot be',
      text: `${head}queues:
  general: { skills: [], overflow: [{ after: 5, nobodyLoggedIn: true, do: keep }] }
  tax: { skills: [], overflow: [{ do: keep }] }
`,
      faults: [
        'city.yaml:3: queue general: overflow: a step has one condition, after or nobodyLoggedIn',
        'city.yaml:4: queue tax: overflow: a step has one condition, after or nobodyLoggedIn',
      ],
    },
    {
      what: 'a chain to what is not there, in a ring, or after the end of waiting',
      text: `${head}queues:
  general: { skills: [], maxWait: 30, afterMaxWait: { announce: apology }, overflow: [{ after: 40, do: keep }] }
  tax: { skills: [], overflow: [{ after: 5, do: { branch: "12366" } }, { after: 6, do: { queue: vat } }] }
  vat: { skills: [], overflow: [{ nobodyLoggedIn: true, do: { queue: tax } }] }
`,
      faults: [
        'city.yaml:3: queue general: overflow: 40 s is after the longest wait of 30 s',
        'city.yaml:4: queue tax: overflow: there is no branch 12366',
        'city.yaml:4: queue tax: overflow leads to queue vat and in the end back to tax',
        'city.yaml:5: queue vat: overflow leads to queue tax and in the end back to vat',
      ],
    },
    {
      what: 'a closed line that leads to a queue that is not there',
      text: `${head}queues:\n  general: { skills: [] }\ncalendars: { all: { always: true } }\nlines:\n  "12345": { calendar: all, whenClosed: { voicemail: { queue: tax } } }\n`,
      faults: ['city.yaml:6: line 12345: there is no queue tax'],
    },
    {
      what: 'a closed line that leads two ways',
      text: `${head}queues:\n  general: { skills: [] }\ncalendars: { all: { always: true } }\nlines:\n  "12345": { calendar: all, whenClosed: { announce: closed, voicemail: { queue: general } } }\n`,
      faults: [
        'city.yaml:6: lines.12345.whenClosed: must be { announce: PROMPT } or { voicemail: { queue: NAME, greeting: PROMPT } }',
      ],
    },
    {
      what: 'callbacks that cannot be',
      text: `${head}queues:
  general: { skills: [], overflow: [{ after: 5, do: { callback: offer } }] }
`,
      faults: ["city.yaml:3: queue general: overflow: the city's file has no 'callback', and nobody is called back"],
    },
    {
      what: 'callbacks without a trunk and without hours',
      text: `${head}queues:\n  general: { skills: [] }\ncallback: { calendar: day }\n`,
      faults: [
        "city.yaml:4: callback: nobody can be called without 'outbound'",
        'city.yaml:4: callback: there is no calendar day',
      ],
    },
    {
      what: 'a pattern of numbers that is none',
      text: `${head}queues:\n  general: { skills: [] }\noutbound: { trunk: "sip:10.0.0.1", numbers: ["1[3-9"] }\n`,
      faults: ['city.yaml:4: outbound.numbers: Invalid regular expression: /1[3-9/: Unterminated character class'],
    },
    {
      what: 'no name',
      text: 'queues:\n  general: { skills: [] }\n',
      faults: ['city.yaml:1: the file: must have required properties name'],
    },
    { what: 'no queues', text: head, faults: ['city.yaml:1: the file: must have required properties queues'] },
    {
      what: 'not a single queue',
      text: `${head}queues: {}\n`,
      faults: ['city.yaml:2: queues: must not have fewer than 1 properties'],
    },
    { what: 'an empty file', text: '# later\n', faults: ['city.yaml:1: the file: must be object'] },
    {
      what: 'a queue given twice',
      text: `${head}queues:\n  general: { skills: [] }\n  general: { skills: [tax] }\n`,
      faults: ['city.yaml:4: Map keys must be unique'],
    },
    {
      what: 'a tab',
      text: `${head}queues:\n\tgeneral: { skills: [] }\n`,
      faults: ['city.yaml:3: Tabs are not allowed as indentation'],
    },
    {
      what: 'an alias to nowhere',
      text: `${head}queues: *all\n`,
      faults: ['city.yaml:2: aliases such as *all are not used here, "defaults" is for all queues'],
    },
  ])('$what', async ({ text, faults }) => {
    expect(await faultsIn(text)).toEqual(faults)
  })
})

test('city - an alias bomb is refused before it unfolds', async () => {
  const levels = Array.from({ length: 30 }, (_, n) => `l${n + 1}: &l${n + 1} [${`*l${n}, `.repeat(20)}]`)

  const faults = await faultsIn(`${head}l0: &l0 [boom]\n${levels.join('\n')}\n`)

  expect(faults).toHaveLength(30)
  expect(faults[0]).toMatch(/^city\.yaml:3: aliases such as \*l0 /)
})

test('city - a file that cannot be read is refused by name', async () => {
  await expect(readCity('/nowhere/city.yaml')).rejects.toThrow(/^\/nowhere\/city\.yaml: cannot be read: ENOENT/)
  await expect(readCity(tmpdir())).rejects.toThrow(ConfigurationError)
})
