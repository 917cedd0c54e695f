import { type Logger, newSecret } from '../../kernel/index.ts'
import { RtpPorts, Ticker } from '../rtp/index.ts'
import { startSipServer } from '../sip-server/index.ts'
import { applications } from './applications/index.ts'
import type { ApiCommand } from './commands/api-command.ts'
import { apiCommands, runApiCommand } from './commands/index.ts'
import { standinCommand } from './commands/standin.ts'
import type { Channel } from './core/channel.ts'
import { ChannelRegistry } from './core/channel-registry.ts'
import { digitPressed } from './core/digit.ts'
import { EventBus } from './core/event-bus.ts'
import { Heartbeat } from './core/heartbeat.ts'
import { Scheduler } from './core/scheduler.ts'
import type { SwitchCore } from './core/switch-core.ts'
import { microseconds } from './core/time.ts'
import { Configuration, findAll } from './dialplan/configuration.ts'
import { XmlDialplan } from './dialplan/xml-dialplan.ts'
import { EslServer } from './esl/esl-server.ts'
import { ChannelMedia } from './media/channel-media.ts'
import { Conferences } from './media/conferences.ts'
import { SoundLibrary } from './media/sound-library.ts'
import { SipSide } from './sip/sip-side.ts'

export interface SoftswitchOptions {
  /** Where to speak SIP (UDP and TCP) and RTP; port 0 is any free one. */
  sip: { host: string; port: number }
  /** Where the event socket listens, and its password. */
  esl: { host: string; port: number; password: string }
  /** Range of RTP ports; `first` 0 lets the system choose. */
  rtp: { first: number; last: number }
  /** FreeSWITCH's configuration directory: `vars.xml`, `dialplan/*.xml`, `autoload_configs/*.xml`. */
  configuration: string
  /** What `env-set` in `vars.xml` reads; the process's environment when left out. */
  environment?: Readonly<Record<string, string | undefined>>
  logger: Logger
  /** Called by `fsctl shutdown`; closing the switch is up to the caller. */
  onShutdown?: () => void
}

export interface Softswitch {
  readonly sipPort: number
  readonly eslPort: number
  close(): Promise<void>
}

/** Starts a switch. Rejects with ConfigurationError, or when a port is taken. */
export async function startSoftswitch(options: SoftswitchOptions): Promise<Softswitch> {
  const { logger } = options
  const globals = new Map<string, string>()
  const environment = options.environment ?? process.env
  const configuration = new Configuration({ folder: options.configuration, environment, globals })
  configuration.readVariables()
  const settings = configuration.readSettings('switch.conf.xml')
  const streamFolders = localStreams(configuration)
  const dialplan = new XmlDialplan({ globals })
  dialplan.load(configuration.readContexts())

  const bus = new EventBus()
  const scheduler = new Scheduler({ bus })
  const ticker = new Ticker()
  const ports = new RtpPorts({ host: options.sip.host, ...options.rtp })
  const openMedia = (channel: Channel): Promise<ChannelMedia> =>
    ChannelMedia.open({
      ports,
      ticker,
      onDigit: ({ digit, durationMs }) => digitPressed(channel, digit, durationMs, 'RTP'),
    })
  const core: SwitchCore = {
    bus,
    channels: new ChannelRegistry(),
    scheduler,
    globals,
    applications,
    dialplan,
    sounds: new SoundLibrary({
      streamFolders: () => streamFolders,
      relativeTo: () => globals.get('sound_prefix') ?? globals.get('yihao_prompts') ?? '.',
      logger,
    }),
    conferences: new Conferences(),
    admission: {
      pausedInbound: false,
      pausedOutbound: false,
      sessionsPerSecond: Number(settings.get('sessions-per-second') ?? 30),
      maxSessions: Number(settings.get('max-sessions') ?? 1000),
    },
    startedAt: microseconds(),
    logger,
    openMedia,
    dial: (request) => sipSide.dial(request),
    reloadDialplan() {
      configuration.readVariables()
      dialplan.load(configuration.readContexts())
    },
    shutdown: () => options.onShutdown?.(),
  }

  const secret = newSecret()
  const { host, port } = options.sip
  const sipServer = await startSipServer({
    sip: [
      { transport: 'udp', host, port },
      { transport: 'tcp', host, port },
    ],
    admin: { host: '127.0.0.1', port: 0, secret },
    logger,
  })
  const sipSide = new SipSide({
    core,
    services: { host, logger, openMedia, holdMusic: () => globals.get('hold_music') },
    profileName: 'edge',
    context: 'hotline',
    userAgent: 'Yihao softswitch',
    allowFrom: globals.get('yihao_edge_allow') ?? '',
    logger,
  })
  await sipSide.connect({ host: '127.0.0.1', port: sipServer.adminPort, secret })

  const commands = new Map<string, ApiCommand>([...apiCommands, ['standin', standinCommand(() => esl.faults)]])
  const esl = await EslServer.open({
    ...options.esl,
    core,
    bus,
    runApi: (command, argument, asker) => runApiCommand(core, commands, { command, argument, asker }),
    logger,
  })
  const heartbeat = new Heartbeat({ core, intervalSeconds: Number(settings.get('event-heartbeat-interval') ?? 20) })

  return {
    sipPort: sipServer.sipPort('udp'),
    eslPort: esl.port,
    async close() {
      heartbeat.stop()
      for (const channel of core.channels.all()) channel.hangUp('SYSTEM_SHUTDOWN')
      // One turn of the loop lets the BYEs out.
      await new Promise((resolve) => setTimeout(resolve, 50))
      scheduler.close()
      await esl.close()
      sipSide.close()
      await sipServer.close()
    },
  }
}

function localStreams(configuration: Configuration): Map<string, string> {
  const folders = findAll(configuration.readFile('local_stream.conf.xml'), 'directory')
  return new Map(folders.map(({ attributes }) => [attributes.name ?? '', attributes.path ?? '']))
}
