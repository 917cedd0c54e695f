import type { Clock } from '../../kernel/index.ts'
import type { DialogStore } from './dialog-store.ts'
import type { RegisteredFlows } from './registered-flows.ts'
import { field, type HeaderField } from './sip-message.ts'
import type { SipTimers } from './timers.ts'
import type { TransactionLayer } from './transaction-layer.ts'

/** What both sides of a user agent work with. */
export interface UaServices {
  readonly clock: Clock
  readonly timers: SipTimers
  readonly transactions: TransactionLayer
  readonly dialogs: DialogStore
  readonly flows: RegisteredFlows
}

/** SDP is recognised, as drachtio-server does, so that applications need not say so. */
export function withContentType(headers: readonly HeaderField[], body: string): HeaderField[] {
  const known = headers.some(({ key }) => key === 'content-type')
  return known || !body.startsWith('v=0') ? [...headers] : [...headers, field('Content-Type', 'application/sdp')]
}
