import type { Phone, Softphones } from '../../src/embedded/softphone/index.ts'
import type { HotlineClient } from '../client/hotline-client.ts'
import type { Timeline } from '../client/timeline.ts'
import type { Stack } from '../launch/stack.ts'

/** Hertz: far enough apart, and from the harmonics of each other, to be told apart. */
export const tones = { caller: 440, agent: 1000, branch: 1700 } as const
class SceneFailed extends Error {}

/** Ends the demo with what went wrong. */
export function insist(condition: boolean, what: string): asserts condition {
  if (!condition) throw new SceneFailed(what)
}

/** What the scenes of the demo share. */
export interface Room {
  readonly stack: Stack
  readonly phones: Softphones
  readonly admin: HotlineClient
  readonly timeline: Timeline
  /** Phones of the agents by agent. */
  readonly agents: Map<string, Phone>
}

/** An agent with a registered phone, logged out. */
export async function agentPhone(
  { stack, phones, admin, agents }: Room,
  agentId: string,
  onCall: Phone['onCall'],
): Promise<Phone> {
  const password = `phone-of-${agentId}`
  await admin.createAgent({ agentId, name: `Agent ${agentId}`, wrapUpSeconds: 3, phonePassword: password })
  const registrar = { host: '127.0.0.1', port: stack.ports.sip }
  const phone = phones.phone({ user: agentId, password, registrar, transport: 'udp', onCall })
  await phone.register({ expires: 300 })
  agents.set(agentId, phone)
  return phone
}

/** A citizen's phone. */
export function caller({ stack, phones }: Room, number: string): Phone {
  const registrar = { host: '127.0.0.1', port: stack.ports.sip }
  return phones.phone({ user: number, password: '', registrar, transport: 'udp' })
}
