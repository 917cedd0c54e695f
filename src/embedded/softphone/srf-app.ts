import Srf from 'drachtio-srf'

/** The parts of drachtio-srf the phones use; its own type declarations leave most of them out. */
export interface SrfApp {
  connect(options: { host: string; port: number; secret: string }): void
  disconnect(): void
  on(event: 'connect' | 'error', listener: (error: Error | null) => void): void
  invite(handler: (request: Incoming, response: Answer) => void): void
  /** Requests outside a dialog. */
  use(method: 'notify', handler: (request: Incoming, response: Answer) => void): void
  createUAS(request: Incoming, response: Answer, options: UasOptions): Promise<SrfDialog>
  createUAC(uri: string, options: UacOptions, progress: UacProgress): Promise<SrfDialog>
  /** `done` is called before anything else that comes in the dialog is. */
  createUAC(
    uri: string,
    options: UacOptions,
    progress: UacProgress,
    done: (error: unknown, dialog: SrfDialog | undefined) => void,
  ): void
  /** `sent` is called before the answer can come. */
  request(uri: string, options: OutsideRequest, sent: (error: unknown, request: Outgoing | undefined) => void): void
}

interface UasOptions {
  localSdp: string
  headers: Record<string, string>
}

interface UacOptions {
  /** INVITE when not given. */
  method?: 'SUBSCRIBE'
  localSdp: string
  proxy: string
  headers: Record<string, string>
}

interface UacProgress {
  cbRequest(error: unknown, request: Outgoing | undefined): void
  cbProvisional(response: Received): void
}

interface OutsideRequest {
  method: string
  proxy: string
  headers: Record<string, string>
}

export interface Received {
  readonly status: number
  readonly reason: string
  readonly body: string
  get(name: string): string | undefined
}

export interface Incoming {
  readonly uri: string
  readonly body: string
  get(name: string): string | undefined
  on(event: 'cancel', listener: () => void): void
}

export interface Answer {
  readonly finalResponseSent: boolean
  send(status: number, options?: { headers?: Record<string, string>; body?: string }): void
}

export interface Outgoing {
  cancel(): void
  get(name: string): string | undefined
  on(event: 'response', listener: (response: Received) => void): void
}

export interface SrfDialog {
  /** False once a BYE came, which may be before anybody could listen for it. */
  readonly connected: boolean
  readonly remote: { readonly sdp: string; readonly uri: string }
  readonly sip: { readonly callId: string; readonly localTag: string; readonly remoteTag: string }
  on(event: 'modify' | 'info' | 'notify', listener: (request: Incoming, response: Answer) => void): void
  on(event: 'destroy' | 'ack', listener: (request: Incoming, reason?: string) => void): void
  modify(sdp: string): Promise<string>
  request(options: { method: string; headers: Record<string, string>; body?: string }): Promise<Received>
  destroy(): Promise<unknown>
}

/** A drachtio application connected to the server at that admin port. */
export async function connectSrf(options: { port: number; secret: string }): Promise<SrfApp> {
  const srf = new Srf() as unknown as SrfApp
  await new Promise<void>((resolve, reject) => {
    srf.on('connect', (error) => (error ? reject(error) : resolve()))
    srf.on('error', () => {
      // The server lives in this process: the connection is lost only when it closes, and everything with it.
    })
    srf.connect({ host: '127.0.0.1', ...options })
  })
  return srf
}

/** What drachtio-srf rejects with when a call is refused; undefined for every other failure. */
export function refusalOf(
  error: unknown,
): { status: number; reason: string; response: Received | undefined } | undefined {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return undefined
  const reason = 'reason' in error && typeof error.reason === 'string' ? error.reason : ''
  const response = 'res' in error ? (error.res as Received | undefined) : undefined
  return { status: error.status, reason, response }
}
