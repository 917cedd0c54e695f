import { newSecret } from '../../kernel/index.ts'
import { startSipServer } from '../sip-server/index.ts'
import { newCertificate, SecureMedia } from '../webrtc/index.ts'
import type { ApiCommand } from './commands/api-command.ts'
import { apiCommands, runApiCommand } from './commands/index.ts'
import { standinCommand } from './commands/standin.ts'
import { Heartbeat } from './core/heartbeat.ts'
import { MediaWatch } from './core/media-watch.ts'
import type { SwitchCore } from './core/switch-core.ts'
import { createCore } from './create-core.ts'
import { EslServer } from './esl/esl-server.ts'
import { SipSide } from './sip/sip-side.ts'
import type { SoftswitchOptions } from './softswitch-options.ts'

export interface Softswitch {
  readonly sipPort: number
  readonly eslPort: number
  /** Ends every call with BYE, says goodbye on the event socket, frees the ports. */
  close(): Promise<void>
}

/** Undoes what was started, the last first. */
type Undo = (() => Promise<void> | void)[]

/** Starts a switch. Rejects with ConfigurationError, or when a port is taken, and then leaves nothing open. */
export async function startSoftswitch(options: SoftswitchOptions): Promise<Softswitch> {
  const undo: Undo = []
  try {
    const { core, sipPort } = await startCalls(options, undo)
    const esl = await startEventSocket(options, core)
    undo.push(() => esl.close())
    undo.push(() => endCalls(core))
    return { sipPort, eslPort: esl.port, close: () => undoAll(undo) }
  } catch (failure) {
    await undoAll(undo)
    throw failure
  }
}

async function undoAll(undo: Undo): Promise<void> {
  for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step()
}

async function startCalls(options: SoftswitchOptions, undo: Undo): Promise<{ core: SwitchCore; sipPort: number }> {
  const { core, openMedia, heartbeatSeconds, t1x64 } = createCore(options, (request) => sipSide.dial(request))
  undo.push(() => core.scheduler.close())
  const { logger } = options
  const { host, port } = options.sip
  const secret = newSecret()
  const certificate = await newCertificate()
  const admin = { host: '127.0.0.1', port: 0, secret }
  const listen = (['udp', 'tcp'] as const).map((transport) => ({ transport, host, port }))
  const sipServer = await startSipServer({ sip: listen, admin, logger, timers: t1x64 === undefined ? {} : { t1x64 } })
  undo.push(() => sipServer.close())
  const sipSide = new SipSide({
    core,
    services: {
      host,
      logger,
      openMedia,
      newSeal: () => new SecureMedia({ certificate, logger }),
      holdMusic: () => core.globals.get('hold_music'),
    },
    profileName: 'edge',
    context: 'hotline',
    userAgent: 'Yihao softswitch',
    allowFrom: core.globals.get('yihao_edge_allow') ?? '',
    logger,
  })
  undo.push(() => sipSide.close())
  await sipSide.connect({ ...admin, port: sipServer.adminPort })
  const [heartbeat, watch] = [new Heartbeat({ core, intervalSeconds: heartbeatSeconds }), new MediaWatch({ core })]
  undo.push(() => heartbeat.stop())
  undo.push(() => watch.stop())
  return { core, sipPort: sipServer.sipPort('udp') }
}

async function startEventSocket(options: SoftswitchOptions, core: SwitchCore): Promise<EslServer> {
  const standin = standinCommand(() => esl.faults)
  const commands = new Map<string, ApiCommand>([...apiCommands, ['standin', standin]])
  const esl = await EslServer.open({
    ...options.esl,
    core,
    bus: core.bus,
    runApi: (command, argument, asker) => runApiCommand(core, commands, { command, argument, asker }),
    logger: options.logger,
  })
  return esl
}

const goodbyeWithinMs = 1000

/** Hangs everybody up, and waits for the channels to be gone. */
async function endCalls(core: SwitchCore): Promise<void> {
  for (const channel of core.channels.all()) channel.hangUp('SYSTEM_SHUTDOWN')
  const until = Date.now() + goodbyeWithinMs
  while (core.channels.figures.now > 0 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 10))
}
