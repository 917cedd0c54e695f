import type { BridgeRole } from './bridge-role.ts'
import type { Cause } from './causes.ts'

export interface ApplicationCall {
  name: string
  data: string
}

/** What a channel does next. */
export type Step =
  | { kind: 'route'; extension: string; dialplan: string; context: string }
  | { kind: 'execute'; applications: readonly ApplicationCall[] }
  /** Go on with what is left of the extension it was in. */
  | { kind: 'resume' }
  | { kind: 'park' }
  /** Ring, until the call is answered or given up. */
  | { kind: 'consume' }
  | { kind: 'bridge'; role: BridgeRole; other: { readonly hangupCause: Cause | undefined } }
