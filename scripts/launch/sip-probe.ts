import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'

/** Sends one OPTIONS and says whether a 2xx came back within a second: the edge behind the SIP server answers it. */
export function answersOptions(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4')
    const settle = (answered: boolean) => {
      clearTimeout(timer)
      socket.close()
      resolve(answered)
    }
    const timer = setTimeout(() => settle(false), 1000)
    socket.once('error', () => settle(false))
    socket.on('message', (message) => {
      if (!/^SIP\/2\.0 1/.test(message.toString())) settle(/^SIP\/2\.0 2/.test(message.toString()))
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
