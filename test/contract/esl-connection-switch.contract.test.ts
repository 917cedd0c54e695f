import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { newId, systemClock } from '../../src/kernel/index.ts'
import { eslCommands } from '../../src/switch/freeswitch/esl-commands.ts'
import { decodeChannels, subscribedEvents, wantedEvents } from '../../src/switch/freeswitch/esl-decode.ts'
import type { EslHeaders } from '../../src/switch/freeswitch/json-events.ts'
import { FreeSwitchPort, type SwitchEvent, SwitchRefused } from '../../src/switch/index.ts'
import { silent } from '../support/database.ts'
import { until } from '../support/until.ts'
import { connectTo, type EslEars, failureOf } from './esl-connection-ears.ts'
import { endEverybody, openScene, type Scene } from './switch-scene.ts'
import { switches } from './switches.ts'

describe.each(switches())('event-socket connection to $name', (target) => {
  let scene: Scene
  const opened: EslEars[] = []
  const ports: FreeSwitchPort[] = []
  beforeAll(async () => {
    scene = await openScene(target)
  })
  afterEach(async () => {
    for (const { connection } of opened.splice(0)) connection.close()
    for (const port of ports.splice(0)) await port.close()
    await endEverybody(scene)
  })
  afterAll(() => scene.close())

  async function connect(password = scene.running.eslPassword): Promise<EslEars> {
    const ears = await connectTo({ port: scene.running.eslPort, password, clock: systemClock })
    opened.push(ears)
    return ears
  }

  async function aPort(): Promise<{ port: FreeSwitchPort; events: SwitchEvent[] }> {
    const { eslPort, eslPassword, sipPort } = scene.running
    const address = {
      name: 'test',
      host: '127.0.0.1',
      port: eslPort,
      password: eslPassword,
      edge: `127.0.0.1:${sipPort}`,
    }
    const port = new FreeSwitchPort({
      ...address,
      epoch: () => 1,
      onFenced: () => {},
      clock: systemClock,
      logger: silent,
    })
    ports.push(port)
    const events: SwitchEvent[] = []
    port.onEvent((event) => events.push(event))
    port.start()
    await until(() => port.connected, 'the switch is connected')
    return { port, events }
  }

  test('a wrong password is told as such', async () => {
    await expect(connect('wrong')).rejects.toThrow(/password is wrong/)
  })

  test('commands sent at once are answered each with its own reply', async () => {
    const { connection } = await connect()
    const park = () => failureOf(connection.api(eslCommands.park(newId())))

    const [channels, refused, deleted, job, again] = await Promise.all([
      connection.api(eslCommands.showChannels()),
      park(),
      connection.api(eslCommands.cancelSchedule(newId())),
      connection.job(eslCommands.showChannels(), 5000).catch((error: unknown) => error),
      connection.api(eslCommands.showChannels()),
    ])

    expect(decodeChannels(channels)).toEqual([])
    expect(refused).toBeInstanceOf(SwitchRefused)
    expect(deleted).toBe('+OK Deleted: 0')
    expect(again).toBe(channels)
    expect(job).toBeDefined()
  })

  test('a job ends with its result, also when that is a refusal', async () => {
    const { connection } = await connect()
    await connection.subscribe(['BACKGROUND_JOB'])

    expect(await connection.job(eslCommands.showChannels(), 5000)).toBe('{"row_count": 0}')
    expect(await connection.job(eslCommands.park(newId()), 5000)).toMatch(/^-ERR/)
  })

  test('of the ends of applications only those come that mean something, and everything else comes', async () => {
    const [all, chosen] = [await connect(), await connect()]
    await chosen.connection.filter(wantedEvents)
    for (const { connection } of [all, chosen]) await connection.subscribe([...subscribedEvents])

    await scene.dial('12345')
    const legId = () => all.events.find((event) => event['Event-Name'] === 'CHANNEL_PARK')?.['Unique-ID'] ?? ''
    await until(() => legId() !== '', 'the call is parked')
    await chosen.connection.api(eslCommands.answer(legId()))
    await chosen.connection.execute(eslCommands.playback(legId(), [scene.sound('welcome')]), newId())
    const ofPlayback = (event: EslHeaders) => event['Application'] === 'playback'
    await until(() => [all, chosen].every(({ events }) => events.some(ofPlayback)), 'the end of the sound is told')

    const isEnd = (event: EslHeaders) => event['Event-Name'] === 'CHANNEL_EXECUTE_COMPLETE'
    const names = ({ events }: EslEars) => events.filter((event) => !isEnd(event)).map((event) => event['Event-Name'])
    expect(all.events.some((event) => event['Application'] === 'set')).toBe(true)
    expect(chosen.events.filter(isEnd).every(ofPlayback)).toBe(true)
    expect(names(chosen).filter((name) => name?.startsWith('CHANNEL_'))).toEqual(
      names(all).filter((name) => name?.startsWith('CHANNEL_')),
    )
  })

  test('an application on a channel that is gone is refused', async () => {
    const { connection } = await connect()
    const execution = eslCommands.playback(newId(), [scene.sound('welcome')])

    expect(await failureOf(connection.execute(execution, newId()))).toBeInstanceOf(SwitchRefused)
  })

  test('a switch without calls is no silent switch: the connection is there after 6 s', async () => {
    const { connection, closedFor } = await connect()
    const since = Date.now()

    await until(() => Date.now() - since > 6000, 'six seconds are over')

    expect(closedFor).toEqual([])
    expect(await connection.api(eslCommands.showChannels())).toContain('row_count')
  })

  test('a call is offered once, with its number, and taken, answered, played to and ended by command', async () => {
    const { port, events } = await aPort()
    const call = await scene.dial('12345')
    await until(() => events.some(({ type }) => type === 'leg.offered'), 'the call is offered')
    const [offered] = events.filter((event) => event.type === 'leg.offered')
    const callerLeg = offered?.leg.legId ?? ''

    await port.take(callerLeg)
    await port.answer(callerLeg)
    const { playbackId, accepted } = port.play(callerLeg, [scene.sound('welcome')])
    await accepted
    await until(
      () => events.some((event) => event.type === 'leg.played' && event.playbackId === playbackId),
      'it was played',
    )
    await port.hangUp(callerLeg, 'NORMAL_CLEARING')

    expect((await call.ended).cause).toBe('hungUpByOther')
    await until(() => events.some(({ type }) => type === 'leg.ended'), 'the end is told')
    expect(offered?.leg).toMatchObject({ calledNumber: '12345', callerNumber: expect.any(String) })
    expect(events.filter(({ type }) => type === 'leg.offered')).toHaveLength(1)
    expect(events.at(-1)).toMatchObject({ type: 'leg.ended', legId: callerLeg, cause: 'NORMAL_CLEARING' })
  })

  test('a phone we dialled that hangs up is over once, before FreeSWITCH is done with it; one we hang up on by then', async () => {
    const { port, events } = await aPort()
    const hangUps = (legId: string) =>
      scene.esl.events.flatMap((event, at) =>
        event['Event-Name']?.startsWith('CHANNEL_HANGUP') && event['Unique-ID'] === legId ? [{ event, at }] : [],
      )
    const [theirs, ours, last] = [await scene.outgoing(), await scene.outgoing(), await scene.outgoing()]
    const ends = () => events.filter((event) => event.type === 'leg.ended')

    await theirs.call.hangUp()
    await port.hangUp(ours.uuid, 'NORMAL_CLEARING')
    await until(() => [theirs, ours].every(({ uuid }) => hangUps(uuid).length === 2), 'both are over at the switch')
    await last.call.hangUp()
    await until(() => ends().some(({ legId }) => legId === last.uuid), 'what came behind it is told')

    const statusAtFirst = ({ uuid }: { uuid: string }) => hangUps(uuid)[0]?.event['variable_sip_term_status']
    expect([statusAtFirst(theirs), statusAtFirst(ours)]).toEqual(['200', undefined])
    const endsOf = ({ uuid }: { uuid: string }) => ends().filter(({ legId }) => legId === uuid)
    expect(endsOf(theirs)).toMatchObject([{ sipStatus: 200, bySwitch: false }])
    expect(endsOf(ours)).toMatchObject([{ bySwitch: true }])
  })

  test('a call that is there already is in the list of channels on connecting, and can be adopted', async () => {
    const { uuid } = await scene.incoming()

    const { port, events } = await aPort()
    await port.adopt(uuid)

    // FreeSWITCH lists a channel a moment after its events, so the second list may be the first with this call.
    const lists = () => events.flatMap((event) => ('channels' in event ? [event.channels] : []))
    await until(() => lists().some(({ length }) => length > 0), 'the call is in a list')
    expect(lists().at(-1)).toMatchObject([{ legId: uuid, direction: 'inbound', answered: true }])
  })

  test('commands about a leg that is gone: ending, taking and silencing it are no errors, answering it is one', async () => {
    const { port } = await aPort()
    const gone = newId()

    await port.hangUp(gone, 'NORMAL_CLEARING')
    await port.stopPlaying(gone)
    await port.take(gone)

    expect(await failureOf(port.bridge(gone, newId()))).toBeInstanceOf(SwitchRefused)
    expect(await failureOf(port.answer(gone))).toBeInstanceOf(SwitchRefused)
  })

  test.skipIf(target.isReal)(
    'the connections are reset: the port says so, and is back with the calls that are there',
    async () => {
      const { port, events } = await aPort()
      const { uuid } = await scene.incoming()

      await scene.esl.api('standin drop_esl')

      await until(() => events.some(({ type }) => type === 'switch.lost'), 'lost')
      await until(() => port.connected, 'connected again')
      expect(events.filter(({ type }) => type.startsWith('switch.')).map(({ type }) => type)).toEqual([
        'switch.connected',
        'switch.lost',
        'switch.connected',
      ])
      expect(events.at(-1)).toMatchObject({ channels: [{ legId: uuid }] })
    },
  )
})
