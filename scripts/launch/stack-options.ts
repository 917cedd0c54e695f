export interface StackPorts {
  readonly postgres: number
  readonly sip: number
  /** SIP over WebSocket, for browsers. */
  readonly sipWs: number
  readonly sipAdmin: number
  readonly switchSip: number
  readonly switchEsl: number
  readonly http: number
  readonly tickets: number
}

/** A certificate with its chain, and its key: files in PEM. */
export interface TlsFiles {
  readonly cert: string
  readonly key: string
}

export interface StackOptions {
  /** Data, logs and secrets live here. */
  readonly stateDir: string
  readonly ports: StackPorts
  /** `external`: it runs already, and the environment says where. */
  readonly sipServer: 'embedded' | 'drachtio' | 'external'
  readonly mediaSwitch: 'embedded' | 'freeswitch' | 'external'
  /** Throw the database away at the end. */
  readonly temporary?: boolean
  /** A PostgreSQL that runs already; without it one is brought along. */
  readonly databaseUrl?: string
  /** Further variables for our processes. */
  readonly env?: Readonly<Record<string, string>>
  /** The hotline's program where it is not this version's. */
  readonly hotlineProgram?: string
  /** Variables for the hotline process alone; they win. */
  readonly hotlineEnv?: Readonly<Record<string, string>>
  /** Start the ticket service too, with these variables of its own. */
  readonly tickets?: Readonly<Record<string, string>>
  /** Start processes again that end by themselves. */
  readonly keepAlive?: boolean
  /** Certificate and key in PEM: browsers then reach the SIP server by wss:// instead of ws://. */
  readonly sipTls?: TlsFiles
  /** The switch's configuration where it is not `dialplans/` as it stands. */
  readonly dialplansDir?: string
  readonly onProgress?: (what: string) => void
  /** Aborted, nothing more is started, and what was begun is ended. */
  readonly signal?: AbortSignal
}
