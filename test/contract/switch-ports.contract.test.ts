import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, describe, test } from 'vitest'
import { freePort } from '../../scripts/launch/free-port.ts'
import { endEverybody, openScene, type Scene, talking } from './switch-scene.ts'
import { switches } from './switches.ts'

const ports = { all: 40, freePairs: 4 } as const

describe.each(switches())('RTP ports of $name', (target) => {
  let scene: Scene | undefined
  const others: Socket[] = []
  afterEach(async () => {
    await scene?.close()
    for (const socket of others.splice(0)) socket.close()
  })

  /** As another FreeSWITCH does it, whose sockets share their port with whoever asks for it in the same way. */
  async function listenOn(port: number): Promise<void> {
    const socket = createSocket({ type: 'udp4', reuseAddr: true })
    others.push(socket)
    socket.bind(port, '127.0.0.1')
    await once(socket, 'listening')
  }

  /** Whether each of them still hears what is sent to its port: Linux gives it to whoever shares the port and came last. */
  async function allHear(): Promise<void> {
    const heard = others.map((socket) => once(socket, 'message', { signal: AbortSignal.timeout(5000) }))
    const sender = createSocket('udp4')
    for (const socket of others) sender.send('for you', socket.address().port, '127.0.0.1')
    await Promise.all(heard).finally(() => sender.close())
  }

  test('ports that another program listens on are left to it, and calls go by the others', async () => {
    const first = (await freePort({ span: ports.all + 1 })) & ~1
    const taken = Array.from({ length: ports.all / 2 - ports.freePairs }, (_, at) => first + 2 * (at + ports.freePairs))
    for (const port of taken) await listenOn(port)
    scene = await openScene(target, { rtp: { first, last: first + ports.all - 1 } })

    for (let call = 0; call < 3; call += 1) {
      await talking(scene)
      await allHear()
      await endEverybody(scene)
    }
  })
})
