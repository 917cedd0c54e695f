import { RtpPorts, Ticker } from '../rtp/index.ts'
import { applications } from './applications/index.ts'
import type { Channel } from './core/channel.ts'
import { ChannelRegistry } from './core/channel-registry.ts'
import { digitPressed } from './core/digit.ts'
import { EventBus } from './core/event-bus.ts'
import { Scheduler } from './core/scheduler.ts'
import type { Admission, SwitchCore } from './core/switch-core.ts'
import { microseconds } from './core/time.ts'
import { Configuration, findAll } from './dialplan/configuration.ts'
import { XmlDialplan } from './dialplan/xml-dialplan.ts'
import { ChannelMedia } from './media/channel-media.ts'
import { Conferences } from './media/conferences.ts'
import { SoundLibrary } from './media/sound-library.ts'
import type { SoftswitchOptions } from './softswitch-options.ts'

export interface CreatedCore {
  core: SwitchCore
  openMedia: SwitchCore['openMedia']
  heartbeatSeconds: number
  /** Milliseconds an answer waits for its ACK; the standard's without. */
  t1x64: number | undefined
}

/** The core from its configuration directory. Throws ConfigurationError when a file there cannot be read. */
export function createCore(options: CoreOptions, dial: SwitchCore['dial']): CreatedCore {
  const { logger, rtp, sip, onShutdown } = options
  const globals = new Map<string, string>()
  const environment = options.environment ?? process.env
  const configuration = new Configuration({ folder: options.configuration, environment, globals })
  const dialplan = new XmlDialplan({ globals })
  const reloadDialplan = (): void => {
    configuration.readVariables()
    dialplan.load(configuration.readContexts())
  }
  reloadDialplan()
  const settings = configuration.readSettings('switch.conf.xml')
  const t1x64 = Number(configuration.readProfile('edge.xml').get('timer-T1X64')) || undefined
  const streams = localStreams(configuration)
  const relativeTo = (): string => globals.get('sound_prefix') ?? globals.get('yihao_prompts') ?? '.'
  const bus = new EventBus()
  const openMedia = mediaOpener({ ticker: new Ticker(), ports: new RtpPorts({ host: sip.host, ...rtp }) })
  const core: SwitchCore = {
    bus,
    channels: new ChannelRegistry(),
    scheduler: new Scheduler({ bus }),
    globals,
    applications,
    dialplan,
    sounds: new SoundLibrary({ streamFolders: () => streams, relativeTo, logger }),
    conferences: new Conferences(),
    admission: admissionFrom(settings),
    startedAt: microseconds(),
    logger,
    openMedia,
    dial,
    reloadDialplan,
    shutdown: () => onShutdown?.(),
  }
  return { core, openMedia, heartbeatSeconds: Number(settings.get('event-heartbeat-interval') ?? 20), t1x64 }
}

export type CoreOptions = Pick<
  SoftswitchOptions,
  'sip' | 'rtp' | 'configuration' | 'environment' | 'logger' | 'onShutdown'
>

function mediaOpener({ ticker, ports }: { ticker: Ticker; ports: RtpPorts }): SwitchCore['openMedia'] {
  return (channel: Channel) =>
    ChannelMedia.open({
      ports,
      ticker,
      onDigit: ({ digit, durationMs }) => digitPressed(channel, digit, durationMs, 'RTP'),
    })
}

function admissionFrom(settings: ReadonlyMap<string, string>): Admission {
  return {
    pausedInbound: false,
    pausedOutbound: false,
    sessionsPerSecond: Number(settings.get('sessions-per-second') ?? 30),
    maxSessions: Number(settings.get('max-sessions') ?? 1000),
  }
}

function localStreams(configuration: Configuration): ReadonlyMap<string, string> {
  const folders = findAll(configuration.readFile('local_stream.conf.xml'), 'directory')
  return new Map(folders.map(({ attributes }) => [attributes.name ?? '', attributes.path ?? '']))
}
