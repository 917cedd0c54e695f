import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A wire to the switch's event socket on which events come twice and in another order. */
export interface EventShuffler {
  readonly port: number
  readonly duplicated: number
  readonly reordered: number
  close(): Promise<void>
}

/** Every third event is sent again, and every fifth is overtaken by the one behind it, at the latest after 20 ms. */
export async function startEventShuffler({ targetPort }: { targetPort: number }): Promise<EventShuffler> {
  const counts = { events: 0, duplicated: 0, reordered: 0 }
  const server = createServer((inner) => {
    const outer = connect({ host: '127.0.0.1', port: targetPort })
    for (const socket of [inner, outer]) {
      socket.setNoDelay(true)
      socket.on('error', () => socket.destroy())
      socket.once('close', () => {
        inner.destroy()
        outer.destroy()
      })
    }
    inner.on('data', (chunk) => outer.write(chunk))
    outer.on('data', shuffle(inner, counts))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    get duplicated() {
      return counts.duplicated
    },
    get reordered() {
      return counts.reordered
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

function shuffle(to: Socket, counts: { events: number; duplicated: number; reordered: number }) {
  let pending = Buffer.alloc(0)
  let held: Buffer | undefined
  const release = () => {
    if (held) to.write(held)
    held = undefined
  }
  const pass = (frame: Buffer, isEvent: boolean) => {
    if (!isEvent) {
      // Answers keep their order, and overtake nothing.
      release()
      to.write(frame)
      return
    }
    counts.events += 1
    if (held) counts.reordered += 1
    else if (counts.events % 5 === 0) {
      held = frame
      setTimeout(release, 20)
      return
    }
    to.write(frame)
    release()
    if (counts.events % 3 !== 0) return
    counts.duplicated += 1
    to.write(frame)
  }
  return (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk])
    for (let end = pending.indexOf('\n\n'); end >= 0; end = pending.indexOf('\n\n')) {
      const head = pending.subarray(0, end).toString()
      const length = Number(/^Content-Length: (\d+)/m.exec(head)?.[1] ?? 0)
      const size = end + 2 + length
      if (pending.length < size) return
      pass(Buffer.from(pending.subarray(0, size)), head.includes('text/event-json'))
      pending = pending.subarray(size)
    }
  }
}
