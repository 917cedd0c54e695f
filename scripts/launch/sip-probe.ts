import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'

/** Whether a 2xx comes back to an OPTIONS within a second: the edge behind the SIP server answers it. */
export async function answersOptions(port: number): Promise<boolean> {
  return /^2/.test(await statusOf(port, 1000))
}

/** Whether anything comes back to an OPTIONS at once: the SIP server itself is there. */
export async function speaksSip(port: number): Promise<boolean> {
  return (await statusOf(port, 250)) !== ''
}

/** The final status of one OPTIONS; empty when none came. */
function statusOf(port: number, withinMs: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4')
    const settle = (status: string) => {
      clearTimeout(timer)
      socket.close()
      resolve(status)
    }
    const timer = setTimeout(() => settle(''), withinMs)
    socket.once('error', () => settle(''))
    socket.on('message', (message) => {
      const status = /^SIP\/2\.0 ([2-6]\d\d)/.exec(message.toString())?.[1]
      if (status !== undefined) settle(status)
    })
    socket.bind(0, '127.0.0.1', () => socket.send(optionsRequest(port, socket.address().port), port, '127.0.0.1'))
  })
}

function optionsRequest(port: number, ownPort: number): string {
  const id = randomBytes(8).toString('hex')
  return [
    `OPTIONS sip:127.0.0.1:${port} SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.1:${ownPort};branch=z9hG4bK${id};rport`,
    'Max-Forwards: 70',
    `From: <sip:probe@127.0.0.1>;tag=${id}`,
    `To: <sip:127.0.0.1:${port}>`,
    `Call-ID: ${id}`,
    'CSeq: 1 OPTIONS',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n')
}
