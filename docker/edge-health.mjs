// Asks the SIP edge for a sign of life: one OPTIONS to EDGE_ADDRESS, answered 2xx only when the edge stands behind the
// SIP server. Exit status 0 or 1, for a container's health check.
import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'

const [, host, port] = /^\[?([^[\]]+?)\]?:(\d+)$/.exec(process.env.EDGE_ADDRESS ?? '127.0.0.1:5060') ?? []
if (!host) {
  console.error(`EDGE_ADDRESS=${process.env.EDGE_ADDRESS}: host:port is expected`)
  process.exit(1)
}
const id = randomBytes(8).toString('hex')
const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
setTimeout(() => end(1, 'no answer'), 2000)
socket.on('error', (error) => end(1, error.message))
socket.on('message', (message) => {
  const [status = ''] = /(?<=^SIP\/2\.0 )\d{3}/.exec(message.toString()) ?? []
  if (!status.startsWith('1')) end(status.startsWith('2') ? 0 : 1, status)
})
// Connected, so that the Via can name the address the answer comes back to.
socket.connect(Number(port), host, () => socket.send(options(socket.address())))

function options({ address, port: ownPort }) {
  return [
    `OPTIONS sip:${host}:${port} SIP/2.0`,
    `Via: SIP/2.0/UDP ${address}:${ownPort};branch=z9hG4bK${id};rport`,
    'Max-Forwards: 70',
    `From: <sip:health@${address}>;tag=${id}`,
    `To: <sip:${host}:${port}>`,
    `Call-ID: ${id}`,
    'CSeq: 1 OPTIONS',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n')
}

function end(status, reason) {
  console.log(reason)
  process.exit(status)
}
