import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { insideFence } from './fence.ts'

/** A wire to an event socket on which every command is written down. */
export interface EslTap {
  readonly port: number
  /**
   * Whole commands in their order, headers included, without the final empty line; `fenced` before those that are
   * performed for one epoch alone. Empty lines between commands, which only wake the switch, are no commands.
   */
  readonly commands: readonly string[]
  /** What must have happened before a command goes on to the switch; nothing unless set. */
  before: (command: string) => Promise<void> | undefined
  close(): Promise<void>
}

export async function tapEventSocket({ targetPort }: { targetPort: number }): Promise<EslTap> {
  const commands: string[] = []
  const tap: Pick<EslTap, 'before'> = { before: () => undefined }
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const target = connect({ host: '127.0.0.1', port: targetPort })
    for (const socket of [client, target]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => socket.destroy())
      socket.once('close', () => {
        sockets.delete(socket)
        client.destroy()
        target.destroy()
      })
    }
    let pending = ''
    let passedOn = Promise.resolve()
    client.on('data', (chunk) => {
      pending += chunk.toString()
      const whole = pending.split('\n\n')
      pending = whole.pop() ?? ''
      const heard = whole.flatMap((text) => told(text.replace(/^\n+/, '')))
      commands.push(...heard)
      passedOn = passedOn.then(async () => {
        for (const command of heard) await tap.before(command)
        target.write(chunk)
      })
    })
    target.on('data', (chunk) => client.write(chunk))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(tap, {
    port: (server.address() as AddressInfo).port,
    commands,
    close() {
      for (const socket of sockets) socket.destroy()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  })
}

function told(command: string): string[] {
  if (command === '') return []
  const inside = insideFence(command)
  return [inside === undefined ? command : `fenced ${inside}`]
}

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'

/** Every command a hotline sends a switch, whole. What fits none of them came from somebody else. */
export const ordinaryCommands: readonly RegExp[] = [
  /^auth [\w-]+$/,
  /^event json [A-Z_ ]+$/,
  /^filter (Event-Name [A-Z_]+|Application [a-z_]+|variable_sip_term_status 200)$/,
  /^api (hostname|show channels as json)$/,
  /^api global_(getvar yihao_epoch|setvar yihao_epoch=\d+(=\d+)?)$/,
  new RegExp(`^fenced api (sched_del|uuid_park) ${uuid}$`),
  new RegExp(`^fenced bgapi uuid_answer ${uuid}\nJob-UUID: ${uuid}$`),
  new RegExp(`^fenced api uuid_break ${uuid} all$`),
  new RegExp(`^fenced api uuid_bridge ${uuid} ${uuid}$`),
  new RegExp(`^fenced api uuid_kill ${uuid} [A-Z_]+$`),
  new RegExp(`^fenced api uuid_setvar_multi ${uuid} RECORD_STEREO=true;RECORD_USE_THREAD=false$`),
  new RegExp(`^fenced bgapi uuid_record ${uuid} start [\\w/.-]+\nJob-UUID: ${uuid}$`),
  new RegExp(`^fenced api uuid_record ${uuid} stop [\\w/.-]+$`),
  new RegExp(
    `^sendmsg ${uuid}\ncall-command: execute\nexecute-app-name: (endless_)?playback\nexecute-app-arg: [\\w/:.!-]+\nEvent-UUID: ${uuid}$`,
  ),
  new RegExp(
    `^fenced bgapi originate \\{[^{}\\n]*\\}sofia/edge/sip:\\d+@127\\.0\\.0\\.1:\\d+ &park\\(\\)\nJob-UUID: ${uuid}$`,
  ),
]
