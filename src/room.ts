import { type AgentRoster, queuesServed, servesQueue } from './agent/index.ts'
import type { City } from './city.ts'
import type { HotlineEvent } from './events/index.ts'
import type { HoursBook } from './hours/index.ts'
import type { Clock } from './kernel/index.ts'
import type { QueueConfig } from './queue/index.ts'

/** A queue the menus name is in the city's file: both are checked at start. A stored call may name one of yesterday. */
export function queueLookup({ queues }: City): (name: string) => QueueConfig {
  const [first] = queues.values()
  return (name) => {
    const config = queues.get(name) ?? first
    if (!config) throw new Error('the city has no queue')
    return config
  }
}

/** The call an agent was offered, or waited in for a citizen to be reached, is over. */
export function freeAgent(roster: AgentRoster, agentId: string, callId: string): void {
  if (roster.all().find((agent) => agent.agentId === agentId)?.state === 'talking') roster.released(agentId, callId, '')
  else roster.withdrawn(agentId, callId)
}

/** Whether somebody who could serve the caller is at work, ready or not. */
export function staffed(
  roster: AgentRoster,
  { queue, skills, language }: { queue: string; skills: readonly string[]; language: string },
): boolean {
  const needs = [...skills, `language:${language}`]
  return roster.all().some((agent) => agent.state !== 'offline' && agent.serves({ queue, needs }))
}

export function closedNow({ city, hours, clock, line }: { city: City; hours: HoursBook; clock: Clock; line: string }) {
  const own = city.lines.get(line)
  if (!own) return undefined
  const { open, reason } = hours.at(own.calendar, new Date(clock.now()))
  return open ? undefined : { calendarId: own.calendar, reason, instead: own.whenClosed }
}

/** Messages came or were dealt with, somebody sat down at a phone or left it, or serves other queues. */
export function concernsLamps(event: HotlineEvent): boolean {
  if (event.type === 'agent.state-changed') return event.data.from === 'offline' || event.data.to === 'offline'
  return /^(voicemail\.(left|handled|deleted)|agent\.(profile|groups)-changed)$/.test(event.type)
}

/** The phones of those who are logged in, and whose messages each tells of. */
export function phonesOf(city: City, roster: AgentRoster) {
  return roster.all().flatMap((agent) => {
    const { extension } = agent.context
    return extension === null ? [] : [{ extension, queues: queuesServed(agent, city.queues.values()) }]
  })
}

/** Whom a notice to a queue, or to one agent, is for. */
export function noticeReaders({ queues }: City, roster: AgentRoster) {
  return {
    ofQueue(queue: string) {
      const config = queues.get(queue)
      const able = config && roster.all().filter((agent) => servesQueue(agent, config))
      return able?.map(({ agentId }) => agentId)
    },
    exists: (agentId: string) => roster.all().some((agent) => agent.agentId === agentId),
  }
}
