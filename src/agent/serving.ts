import type { Agent } from './agent.ts'

/** A queue, as far as it says whom its callers are for. */
export interface ServedQueue {
  readonly name: string
  readonly skills: readonly string[]
}

/** Whether callers of the queue are for this agent, in whatever language they speak: by skills and, where the agent has any, groups. */
export function servesQueue(agent: Agent, { name, skills }: ServedQueue): boolean {
  return agent.serves({ queue: name, needs: skills })
}

/** The names of the queues whose callers the agent may be offered. */
export function queuesServed(agent: Agent, queues: Iterable<ServedQueue>): string[] {
  return [...queues].filter((queue) => servesQueue(agent, queue)).map(({ name }) => name)
}
