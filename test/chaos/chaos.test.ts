import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { InstrumentOptions } from '../bench/instrument.ts'
import { ChaosRoom } from './chaos-room.ts'
import { runIn } from './scenario.ts'
import { scenarios } from './scenarios.ts'

const options: InstrumentOptions = {
  calls: undefined,
  tickets: 0,
  short: true,
  sipServer: 'embedded',
  mediaSwitch: 'embedded',
}

// The short form of `npm run chaos`, one after the other in one room: outcomes and ledgers, never times. The last one ends
// the hotline process that the room began with.
const names = [
  'kill-hotline',
  'postgres-restart',
  'answer-race',
  'two-calls',
  'events-shuffled',
  'split-brain',
] as const

describe('faults under load, on the stand-ins', () => {
  let room: ChaosRoom
  beforeAll(async () => {
    room = await ChaosRoom.start(options)
  })
  afterAll(() => room?.stop(), 120_000)

  test.each(names)(
    '%s: everything ends as expected, nothing is lost, nothing is there twice',
    async (name) => {
      const scenario = scenarios[name]
      if (!scenario) throw new Error(`no scenario ${name}`)

      const finding = await runIn(room, { name, scenario, options })

      expect(finding, JSON.stringify(finding)).toMatchObject({ ok: true, lost: 0, twice: 0 })
    },
    180_000,
  )
})
