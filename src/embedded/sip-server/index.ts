/**
 * The stand-in for drachtio-server: the same SIP, and the same admin protocol for its applications; README.md lists
 * the subset.
 */

import { type Clock, type Logger, systemClock } from '../../kernel/index.ts'
import { Apps } from './apps.ts'
import { DialogStore } from './dialog-store.ts'
import { RegisteredFlows } from './registered-flows.ts'
import { RequestCore } from './request-core.ts'
import { SipProxy } from './sip-proxy.ts'
import { type SipTimers, standardTimers } from './timers.ts'
import { TransactionLayer } from './transaction-layer.ts'
import type { Transport } from './transport.ts'
import type { SipListen } from './transport-layer.ts'
import { UaClient } from './ua-client.ts'
import { UaServer } from './ua-server.ts'
import { AdminServer } from './wire/admin-server.ts'
import { Commands } from './wire/commands.ts'

export interface SipServerOptions {
  /** Where to speak SIP; port 0 means any free one, the same number for all transports. */
  readonly sip: readonly SipListen[]
  /** Where applications connect (drachtio-srf's `connect`), and the secret they must know. */
  readonly admin: { readonly host: string; readonly port: number; readonly secret: string }
  readonly logger: Logger
  readonly clock?: Clock
  /** The times of RFC 3261 in milliseconds; tests shorten them. */
  readonly timers?: Partial<SipTimers>
}

export interface SipServer {
  readonly adminPort: number
  /** The port spoken on that transport; throws when it is not spoken. */
  sipPort(transport: Transport): number
  /** What is remembered at this moment; all zero once every call and timer ended. */
  tally(): { readonly transactions: number; readonly dialogs: number; readonly pending: number }
  close(): Promise<void>
}

/** A SIP server that applications drive as they drive drachtio-server. Rejects when a port is taken. */
export async function startSipServer(options: SipServerOptions): Promise<SipServer> {
  const { sip, admin, logger, clock = systemClock } = options
  const timers = { ...standardTimers, ...options.timers }
  const transactions = new TransactionLayer({ clock, timers, logger })
  const [apps, dialogs, flows] = [new Apps(), new DialogStore(), new RegisteredFlows({ clock })]
  const services = { clock, timers, transactions, dialogs, flows }
  const uaClient = new UaClient(services)
  const uaServer = new UaServer({ services, client: uaClient })
  const proxy = new SipProxy(services)
  await transactions.open({ sip, user: new RequestCore({ apps, dialogs, transactions, uaServer, proxy }) })
  const commands = new Commands({
    secret: admin.secret,
    apps,
    dialogs,
    transactions,
    uaServer,
    uaClient,
    proxy,
    logger,
  })
  const adminServer = await AdminServer.open({ ...admin, commands, logger }).catch(async (error: unknown) => {
    await transactions.close()
    throw error
  })
  return {
    adminPort: adminServer.port,
    sipPort: (transport) => portOf(transactions, transport),
    tally: () => ({
      transactions: transactions.count,
      dialogs: dialogs.count,
      pending: uaServer.count + uaClient.count + proxy.count,
    }),
    close: async () => {
      await adminServer.close()
      await transactions.close()
    },
  }
}

function portOf(transactions: TransactionLayer, transport: Transport): number {
  const address = transactions.transport.address(transport)
  if (!address) throw new Error(`This server does not speak SIP over ${transport}`)
  return address.port
}

export type { TlsKeys } from './transport.ts'
export type { SipListen } from './transport-layer.ts'
