/** A channel's part in a bridge; `core/bridge.ts` makes the two that belong together. */
export interface BridgeRole {
  readonly side: 'originator' | 'originatee'
  /** Whether it came about by `uuid_bridge`, which sends both through CS_HIBERNATE and CS_SOFT_EXECUTE. */
  readonly byUuid: boolean
  /** Talks until the bridge is over. */
  run(): Promise<void>
}
