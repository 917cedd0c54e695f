import type { SipMessage } from './sip-message.ts'
import type { Endpoint, Transport } from './transport.ts'

/** Who made a message and where it met the network; drachtio's header line tells it. */
export interface Origin {
  readonly source: 'network' | 'application'
  readonly transport: Transport
  /** The peer's address for what came from the network, ours for what we sent. */
  readonly address: Endpoint
}

/** A connected application, as the SIP side sees it. */
export interface App {
  readonly isConnected: boolean
  deliver(delivery: Delivery): void
  reply(reply: Reply): void
}

/** A SIP message for the application. */
export interface Delivery {
  readonly message: SipMessage
  readonly origin: Origin
  /** `unsolicited` for a request the server sent of its own accord. */
  readonly transactionId: string
  readonly dialogId?: string | undefined
  /** The address a new request was received at. */
  readonly receivedAt?: Endpoint
}

/** The answer to an application's command. */
export type Reply =
  | { readonly to: string; readonly kind: 'refused'; readonly reason: string }
  | { readonly to: string; readonly kind: 'sent'; readonly sent: Sent }
  | { readonly to: string; readonly kind: 'proxied'; readonly message: SipMessage; readonly origin: Origin }
  | { readonly to: string; readonly kind: 'proxyDone' }

/** The message as it left, with the ids the application must use from now on. */
export interface Sent {
  readonly message: SipMessage
  readonly origin: Origin
  readonly transactionId: string
  readonly dialogId?: string | undefined
}
