import type { FastifyRequest } from 'fastify'
import { AgentNotReady } from './errors.ts'

/** Who is to call: an agent oneself, a supervisor whom they name. Throws {@link AgentNotReady} when that is nobody. */
export function actingAgent({ principal }: Pick<FastifyRequest, 'principal'>, named: string | undefined): string {
  const wanted = principal.role === 'agent' ? principal.agentId : (named ?? principal.agentId)
  if (!wanted) throw new AgentNotReady('say which agent is to call')
  return wanted
}
