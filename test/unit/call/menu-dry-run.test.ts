import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dryRun } from '../../../src/call/menu-dry-run.ts'
import { IvrSession } from '../../../src/ivr/index.ts'
import { menusOf, promptsDir, soundMenu, soundMenuWith } from '../ivr/menu-project.ts'

const line = '12345'

test('dry run - keys lead where they lead a caller, each said and pressed in its moment', async () => {
  const menus = await menusOf(soundMenu)

  const run = await dryRun({ menus, line, inputs: ['2', '1'], promptsDir })

  expect(run.result).toMatchObject({ kind: 'queue', queue: 'tax', skills: ['income'], priority: 2, reason: 'chosen' })
  expect(run).toMatchObject({ language: 'en', path: ['first:2', 'second:1'], menu: null })
  expect(run.steps.map(({ kind }) => kind)).toEqual(['said', 'pressed', 'said', 'pressed', 'done'])
  expect(run.steps[0]).toMatchObject({ at: 0, prompts: ['cmn/welcome', 'cmn/choose-language', 'en/choose-language'] })
  expect(run.steps[2]).toMatchObject({ prompts: ['en/choose-tax'] })
})

test('dry run - who presses nothing hears the prompts to their end, waits as long as the menu says, and reaches a person', async () => {
  const menus = await menusOf(soundMenu)
  const welcome = await dryRun({ menus, line, inputs: [], promptsDir })
  const [said] = welcome.steps

  const silent = await dryRun({ menus, line, inputs: ['1', 'wait', 'wait'], promptsDir })

  expect(said).toMatchObject({ kind: 'said', lasts: expect.any(Number) })
  expect(said?.kind === 'said' && said.lasts).toBeGreaterThan(3000)
  const [, , asked, again, done] = silent.steps
  if (asked?.kind !== 'said' || again?.kind !== 'said') throw new Error('something else was done')
  expect(again.at).toBe(asked.at + asked.lasts + 4000)
  expect(done).toMatchObject({ kind: 'done', at: again.at + again.lasts + 4000 })
  expect(silent.result).toMatchObject({ queue: 'general', reason: 'no-valid-key' })
})

test('dry run - a number that has no menu goes straight to a person', async () => {
  const menus = await menusOf(
    `lines: { "12345": { front: direct, language: cmn, greeting: welcome, person: { queue: general } } }\n`,
  )

  const before = await dryRun({ menus, line, inputs: [], promptsDir })
  const run = await dryRun({ menus, line, inputs: ['wait'], promptsDir })

  expect(before.result).toBeNull()
  expect(run.result).toMatchObject({ queue: 'general', reason: 'direct' })
})

test('dry run - whatever is pressed, it ends as the session of a call ends', async () => {
  const menus = await menusOf(soundMenuWith('attempts: 2', 'attempts: 3'))
  const input = fc.constantFrom('0', '1', '2', '9', '*', '#', 'wait')

  await fc.assert(
    fc.asyncProperty(fc.array(input, { maxLength: 12 }), async (inputs) => {
      const run = await dryRun({ menus, line, inputs, promptsDir })
      const session = new IvrSession({ menus, line })
      session.start()
      for (const each of inputs) {
        if (each !== 'wait') session.send({ type: 'DIGIT', digit: each })
        else for (const type of ['PLAYED', 'TIMEOUT'] as const) if (!session.result) session.send({ type })
      }

      expect(run.result).toEqual(session.result ?? null)
      expect(run.path).toEqual(session.path)
      expect(run.language).toBe(session.language)
      expect(run.menu).toBe(session.menu ?? null)
    }),
    { numRuns: 80 },
  )
})
