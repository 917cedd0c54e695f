import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type EslCommand, eslCommands } from '../../src/switch/freeswitch/esl-commands.ts'
import { openScene, type Scene, until } from './switch-scene.ts'
import { switches } from './switches.ts'

describe.each(switches())('fencing by epoch at $name', (target) => {
  let scene: Scene
  beforeAll(async () => {
    scene = await openScene(target)
  })
  afterAll(async () => await scene.close())

  const api = (command: EslCommand) => scene.esl.api(command)
  const set = (epoch: number, before = '') => api(eslCommands.claimEpoch(epoch, before))

  test('an epoch is set where none was, and later only by who knows the one before', async () => {
    expect(await api(eslCommands.readEpoch())).toBe('-ERR no reply\n')
    expect(await set(7)).toBe('+OK')

    expect(await set(9, '8')).toBe('+OK')
    expect(await api(eslCommands.readEpoch())).toBe('7')
    expect(await set(9, '7')).toBe('+OK')
    expect(await api(eslCommands.readEpoch())).toBe('9')
  })

  test('a command of an epoch that is over is refused, one of the present is performed', async () => {
    await set(11, '9')
    const { call, uuid } = await scene.incoming({ answered: true })
    const hangUp = eslCommands.hangUp(uuid, 'NORMAL_CLEARING')

    expect(await api(eslCommands.fenced(hangUp, 9))).toMatch(/^-ERR fenced off/)
    expect(await scene.esl.api(`uuid_exists ${uuid}`)).toBe('true')

    expect(await api(eslCommands.fenced(hangUp, 11))).toBe('+OK\n')
    expect((await call.ended).cause).toBe('hungUpByOther')
  })

  test('a phone is rung for the present epoch alone, whatever the display name', async () => {
    await set(12, '11')
    const phone = scene.phone({ kind: 'answer', afterMs: 0 })
    const rung = () => scene.esl.events.filter((event) => event['Event-Name'] === 'CHANNEL_CREATE').length
    const before = rung()
    const dial = (epoch: number) => {
      const plain = `originate {origination_caller_id_name='王 O"Brien',origination_caller_id_number=110}sofia/edge/${phone.address} &park()`
      return scene.esl.bgapi(eslCommands.fenced(plain as EslCommand, epoch))
    }

    expect(await dial(11)).toMatch(/^-ERR fenced off/)
    expect(rung()).toBe(before)
    expect(await dial(12)).toMatch(/^\+OK /)
    await until(() => rung() === before + 1)
    await (await phone.nextCall()).hangUp()
  })
})
