import type { City } from './city.ts'
import type { CityFile } from './city-file.ts'
import { messageOf } from './kernel/index.ts'
import { overflowFaults } from './queue/index.ts'

/** The place of a setting: file and line. */
type Where = (keys: readonly string[]) => string

/** What does not fit together in a city's file, all of it, each with its place. */
export function cityFaults({ city, content, where }: { city: City; content: CityFile; where: Where }): string[] {
  return [
    ...patternFaults(city, (index) => where(['outbound', 'numbers', String(index)])),
    ...outboundFaults(city, where(['outbound', 'hours'])),
    ...nuisanceFaults(city, where(['nuisance', 'queue'])),
    ...callbackFaults(city, where(['callback'])),
    ...lineFaults(city, (line, key) => where(['lines', line, key])),
    ...emergencyFaults(city, (number) => where(['branches', number])),
    ...branchFaults(city, (number) => where(['branches', number])),
    ...chainFaults(content, (queue) => where(['queues', queue, 'overflow'])),
    ...waysOutFaults(city, (queue, setting) => where(['queues', queue, setting])),
  ]
}

function emergencyFaults({ emergency, branches }: City, where: (number: string) => string): string[] {
  const twice = [...emergency.keys()].filter((number) => branches.has(number))
  return twice.map((number) => `${where(number)}: ${number} is an emergency service, no branch`)
}

function waysOutFaults(
  { queues, branches, callback }: City,
  where: (queue: string, setting: string) => string,
): string[] {
  const faults = overflowFaults({ queues, branches: new Set(branches.keys()), callbacks: callback !== undefined })
  return faults.map(({ queue, setting, text }) => `${where(queue, setting)}: ${text}`)
}

function patternFaults({ outbound }: City, where: (index: number) => string): string[] {
  return (outbound?.numbers ?? []).flatMap((pattern, index) => {
    try {
      new RegExp(pattern)
      return []
    } catch (error) {
      return [`${where(index)}: outbound.numbers: ${messageOf(error)}`]
    }
  })
}

function outboundFaults({ outbound, calendars }: City, where: string): string[] {
  const { hours } = outbound ?? {}
  return hours === undefined || calendars.has(hours) ? [] : [`${where}: outbound: there is no calendar ${hours}`]
}

function nuisanceFaults({ nuisance: { queue }, queues }: City, where: string): string[] {
  return queue === null || queues.has(queue) ? [] : [`${where}: nuisance: there is no queue ${queue}`]
}

function callbackFaults({ callback, outbound, calendars }: City, where: string): string[] {
  if (!callback) return []
  return [
    ...(outbound ? [] : [`${where}: callback: nobody can be called without 'outbound'`]),
    ...(calendars.has(callback.calendar) ? [] : [`${where}: callback: there is no calendar ${callback.calendar}`]),
  ]
}

function lineFaults(
  { lines, calendars, queues }: City,
  where: (line: string, key: 'calendar' | 'whenClosed') => string,
): string[] {
  return [...lines].flatMap(([line, { calendar, whenClosed: then }]) => [
    ...(calendars.has(calendar) ? [] : [`${where(line, 'calendar')}: line ${line}: there is no calendar ${calendar}`]),
    ...(then.kind === 'announce' || queues.has(then.queue)
      ? []
      : [`${where(line, 'whenClosed')}: line ${line}: there is no queue ${then.queue}`]),
  ])
}

/** Each way to take in a department's line needs its own: a route to its centre, or the queue of its seats. */
function branchFaults({ branches, calendars, queues }: City, where: (number: string) => string): string[] {
  return [...branches.values()].flatMap(({ number, mode, route, queue, hours }) => {
    const own = mode === 'sub-centre'
    const faults = [
      own && route === null ? 'a sub-centre needs a route, as in route: sip:10.0.0.1' : '',
      own && queue !== null ? 'a sub-centre has no queue here; specialist-seats and direct-merge have' : '',
      !own && route !== null ? `${mode} has no route: its seats are here` : '',
      !own && queue === null ? `${mode} needs the queue of its seats` : '',
      queue !== null && !queues.has(queue) ? `there is no queue ${queue}` : '',
      hours !== null && !calendars.has(hours) ? `there is no calendar ${hours}` : '',
    ]
    return faults.filter(Boolean).map((fault) => `${where(number)}: branch ${number}: ${fault}`)
  })
}

/** A step has one condition: the shape of the file allows none and both. */
function chainFaults({ defaults, queues }: CityFile, where: (queue: string) => string): string[] {
  return [...Object.entries(queues), ['defaults', defaults ?? {}] as const].flatMap(([queue, { overflow = [] }]) =>
    overflow
      .filter(({ after, nobodyLoggedIn }) => (after === undefined) === (nobodyLoggedIn === undefined))
      .map(() => `${where(queue)}: queue ${queue}: overflow: a step has one condition, after or nobodyLoggedIn`),
  )
}
