import { afterEach, beforeEach } from 'vitest'
import { newId } from '../../../src/kernel/index.ts'
import { FreeSwitchPort, type SwitchEvent } from '../../../src/switch/index.ts'
import { ScriptedEslServer } from '../../support/scripted-esl-server.ts'
import { SetClock } from '../../support/set-clock.ts'
import { silent } from '../../support/silent.ts'
import { until } from '../../support/until.ts'

/** A port whose switch says what the test has it say, both made anew for each test; the port is not started. */
export function scriptedPort() {
  let server: ScriptedEslServer
  let clock: SetClock
  let port: FreeSwitchPort
  let events: SwitchEvent[]
  beforeEach(async () => {
    server = await ScriptedEslServer.start()
    clock = new SetClock()
    const { password } = server
    const address = { name: 'scripted', host: '127.0.0.1', port: server.port, password, edge: '127.0.0.1:5060' }
    port = new FreeSwitchPort({ ...address, epoch: () => 1, onFenced: () => {}, clock, logger: silent })
    events = []
    port.onEvent((event) => events.push(event))
  })
  afterEach(async () => {
    await port.close()
    await server.close()
  })
  /** Lets the clock go on, a second of ours for a fifth of a second of the wall, until it is true. */
  const inTime = (isTrue: () => boolean, what: string) =>
    until(
      () => {
        if (!isTrue()) clock.advance(100)
        return isTrue()
      },
      what,
      20_000,
    )
  return {
    get server() {
      return server
    },
    get clock() {
      return clock
    },
    get port() {
      return port
    },
    /** What the port told so far. */
    get events() {
      return events
    },
    connected: () => until(() => port.connected, 'connected'),
    count: (type: SwitchEvent['type']) => events.filter((event) => event.type === type).length,
    inTime,
  }
}

/** A phone to be dialled. */
export const request = (extension: string) => {
  const caller = { callerNumber: '13800000000', callerName: '' }
  return { legId: newId(), extension, ...caller, timeoutSeconds: 8 }
}
