import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { type IvrCommand, type IvrInput, IvrSession, type MenuSnapshot, readMenus } from '../../../src/ivr/index.ts'
import { projectRoot } from '../../../src/kernel/index.ts'
import { menusOf, promptsDir, said, soundMenu } from './menu-project.ts'

let ownMenus: MenuSnapshot
beforeAll(async () => {
  ownMenus = await readMenus({ menusDir: join(projectRoot(), 'ivr/menus'), promptsDir })
})

describe('ivr session - whatever the caller does', () => {
  const input: fc.Arbitrary<IvrInput> = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...'123456789*#ABCD').map((digit) => ({ type: 'DIGIT' as const, digit })) },
    { weight: 1, arbitrary: fc.string({ maxLength: 3 }).map((digit) => ({ type: 'DIGIT' as const, digit })) },
    { weight: 3, arbitrary: fc.record({ type: fc.constantFrom('PLAYED' as const, 'TIMEOUT' as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constantFrom('PLAYED' as const, 'TIMEOUT' as const), turn: fc.integer() }),
    },
  )

  /** A key, then the line falls silent as long as it must: the session's own commands are answered truthfully. */
  function playOut(session: IvrSession, commands: readonly IvrCommand[]): number {
    let latest = commands
    for (let steps = 0; ; steps += 1) {
      const last = latest.at(-1)
      if (session.result || steps > 500 || last === undefined) return steps
      latest = session.send({ type: last.kind === 'listen' ? 'TIMEOUT' : 'PLAYED' })
    }
  }

  test('a caller who then falls silent reaches a queue or the end of the call within bounded steps', async () => {
    const sound = await menusOf(soundMenu)
    fc.assert(
      fc.property(fc.boolean(), fc.array(input, { maxLength: 100 }), (own, inputs) => {
        const session = new IvrSession({ menus: own ? ownMenus : sound, line: '12345' })
        session.start()
        for (const each of inputs) session.send(each)

        const steps = playOut(session, session.resume())

        expect(session.result).toBeDefined()
        expect(steps).toBeLessThanOrEqual(130)
      }),
    )
  })

  test('a caller who never falls silent is brought to a result too', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...'123456789*#'), { minLength: 100, maxLength: 100 }), (keys) => {
        const session = new IvrSession({ menus: ownMenus, line: '12345' })
        session.start()

        const pressed = keys.find((digit) => {
          session.send({ type: 'DIGIT', digit })
          return session.result !== undefined
        })

        expect(pressed).toBeDefined()
      }),
    )
  })

  test('storing and restoring at any point changes nothing of what follows', () => {
    fc.assert(
      fc.property(fc.array(input, { maxLength: 20 }), fc.array(input, { maxLength: 20 }), (before, after) => {
        const session = new IvrSession({ menus: ownMenus, line: '12345' })
        session.start()
        for (const each of before) session.send(each)

        const again = IvrSession.restore({ menus: ownMenus, stored: JSON.parse(JSON.stringify(session.snapshot())) })

        for (const each of after) expect(again.send(each)).toEqual(session.send(each))
        expect(again.snapshot()).toEqual(session.snapshot())
      }),
    )
  })

  test('every prompt that is asked for exists', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(input, { maxLength: 40 }), async (inputs) => {
        const session = new IvrSession({ menus: ownMenus, line: '12345' })
        const commands = [session.start(), ...inputs.map((each) => session.send(each))].flat()

        for (const file of new Set(said(commands))) await readFile(join(promptsDir, `${file}.wav`))
      }),
      { numRuns: 30 },
    )
  })
})
