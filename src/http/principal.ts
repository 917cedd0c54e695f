const roles = ['agent', 'supervisor', 'admin', 'service', 'unit'] as const
export type Role = (typeof roles)[number]

/** Who makes a request. */
export interface Principal {
  readonly username: string
  readonly role: Role
  /** The agent this person is, if any. */
  readonly agentId: string | null
  /** The unit of the administration this person works for, if any: role `unit`, known to the ticket service alone. */
  readonly unitId?: string | null
  /** Of a person's session: what it is ended by. */
  readonly session?: { readonly id: string; readonly openedAt: number }
  /** Of a browser's session: what its requests show that change something. */
  readonly csrf?: string
}
