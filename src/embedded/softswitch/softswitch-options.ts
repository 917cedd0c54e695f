import type { Logger } from '../../kernel/index.ts'

export interface SoftswitchOptions {
  /** Where to speak SIP (UDP and TCP) and RTP; port 0 is any free one. */
  sip: { host: string; port: number }
  /** Where the event socket listens, and its password; port 0 is any free one. */
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
