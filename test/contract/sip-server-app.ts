import Srf from 'drachtio-srf'
import type { RunningSipServer } from '../support/drachtio-daemon.ts'

/** The parts of drachtio-srf the contract uses; its own type declarations leave most of them out. */
export interface AppRequest {
  readonly method: string
  readonly uri: string
  readonly body: string
  readonly source_address: string
  get(name: string): string
  has(name: string): boolean
  on(event: 'cancel' | 'response', listener: (message: AppRequest, ack: () => void) => void): void
  cancel(): void
}

export interface AppResponse {
  readonly status: number
  readonly body: string
  get(name: string): string
  send(status: number, ...more: unknown[]): void
}

export interface AppDialog {
  readonly remote: { sdp: string }
  on(event: string, listener: (request: AppRequest, response: AppResponse) => void): void
  once(event: string, listener: (request: AppRequest) => void): void
  request(options: { method: string; body?: string; headers?: Record<string, string> }): Promise<AppResponse>
  modify(sdp: string): Promise<string>
  destroy(): Promise<unknown>
}

export interface ProxyResults {
  readonly connected: boolean
  readonly finalStatus: number
  readonly responses: readonly { readonly msgs: readonly { readonly status: number }[] }[]
}

type Handler = (request: AppRequest, response: AppResponse) => void

export interface SrfApp {
  connect(options: { host: string; port: number; secret: string }): void
  disconnect(): void
  on(event: 'connect' | 'error' | 'close', listener: (error?: Error) => void): void
  invite(handler: Handler): void
  register(handler: Handler): void
  options(handler: Handler): void
  message(handler: Handler): void
  info(handler: Handler): void
  createUAS(request: AppRequest, response: AppResponse, options: { localSdp: string }): Promise<AppDialog>
  createUAC(
    uri: string,
    options: Record<string, unknown>,
    callbacks?: { cbRequest?(error: unknown, request: AppRequest): void; cbProvisional?(response: AppResponse): void },
  ): Promise<AppDialog>
  createB2BUA(
    request: AppRequest,
    response: AppResponse,
    uri: string,
    options?: Record<string, unknown>,
  ): Promise<{ uas: AppDialog; uac: AppDialog }>
  proxyRequest(
    request: AppRequest,
    targets: string | string[],
    options?: Record<string, unknown>,
  ): Promise<ProxyResults>
  request(uri: string, options: Record<string, unknown>): Promise<AppRequest>
}

/** An application connected to the server; rejects when the secret is refused. */
export async function connectApp(
  server: Pick<RunningSipServer, 'adminPort' | 'secret'>,
  prepare: (app: SrfApp) => void = () => {},
): Promise<SrfApp> {
  // drachtio-server that has just started takes a connection now and then and never says a word on it.
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    const app = new Srf() as unknown as SrfApp
    prepare(app)
    if (await within(connected(app, server).then(() => routesKnown(app)))) return app
    leave(app)
  }
  throw new Error(`the SIP server at port ${server.adminPort} takes no application`)
}

function leave(app: SrfApp): void {
  try {
    app.disconnect()
  } catch {
    // drachtio-srf knows only how to leave a server that is there.
  }
}

/** Milliseconds in which a server on this machine answers an application. */
const answersWithin = 15_000

/** Whether it is done in time. */
async function within(step: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), answersWithin)
  })
  return await Promise.race([step.then(() => true), late]).finally(() => clearTimeout(timer))
}

function connected(app: SrfApp, server: Pick<RunningSipServer, 'adminPort' | 'secret'>): Promise<void> {
  return new Promise((resolve, reject) => {
    app.on('connect', (error) => (error ? reject(error) : resolve()))
    app.on('error', () => {
      // The server closed the connection: after a refused secret that is the expected end.
    })
    app.connect({ host: '127.0.0.1', port: server.adminPort, secret: server.secret })
  })
}

/**
 * drachtio-srf does not tell when the server took its routes. Commands are answered in order, so the refusal of a
 * senseless one comes after them.
 */
async function routesKnown(app: SrfApp): Promise<void> {
  await app.request('sip:[', { method: 'OPTIONS' }).catch(() => undefined)
}

/** Resolves once the server noticed, so that it offers the application nothing more. */
export async function disconnectApp(app: SrfApp): Promise<void> {
  const closed = new Promise<void>((resolve) => app.on('close', () => resolve()))
  app.disconnect()
  await within(closed)
}

export function sdp(port = 40_000): string {
  return [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    `m=audio ${port} RTP/AVP 8`,
    'a=sendrecv',
    '',
  ].join('\r\n')
}
