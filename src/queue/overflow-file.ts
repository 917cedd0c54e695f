import Type, { type Static } from 'typebox'
import type { AfterMaxWait, OverflowStep, QueueConfig } from './queue-config.ts'

const closed = { additionalProperties: false }
const name = Type.String({ pattern: '^[a-z0-9-]{1,50}$' })
const branch = Type.String({ pattern: '^[0-9]{3,15}$' })

/** What can be done with a caller who waited long enough, as the city's file writes it. */
export const overflowAction = Type.Union([
  Type.Literal('keep'),
  Type.Object(
    {
      queue: Type.Optional(name),
      branch: Type.Optional(branch),
      callback: Type.Optional(Type.Literal('offer')),
      announce: Type.Optional(name),
      voicemail: Type.Optional(Type.Object({ greeting: Type.Optional(name) }, closed)),
    },
    { ...closed, minProperties: 1, maxProperties: 1 },
  ),
])

/** The forms of {@link overflowAction}, for a message. */
export const overflowActionForms =
  'keep, { queue: NAME }, { branch: NUMBER }, { callback: offer }, { announce: PROMPT } or { voicemail: { greeting: PROMPT } }'

/** A chain as the file writes it: `{ after: 60, do: { queue: general } }`, `{ nobodyLoggedIn: true, do: … }`. */
export const overflowChain = Type.Array(
  Type.Object(
    {
      after: Type.Optional(Type.Integer({ minimum: 1, maximum: 86_400 })),
      nobodyLoggedIn: Type.Optional(Type.Literal(true)),
      do: overflowAction,
    },
    closed,
  ),
  { maxItems: 20 },
)

export function toOverflowAction(setting: Static<typeof overflowAction> | undefined): AfterMaxWait {
  if (setting === undefined || setting === 'keep') return { kind: 'keep' }
  const { queue, branch: number, callback, announce, voicemail } = setting
  if (queue !== undefined) return { kind: 'queue', queue }
  if (number !== undefined) return { kind: 'branch', branch: number }
  if (callback !== undefined) return { kind: 'callback' }
  if (voicemail) return { kind: 'voicemail', greeting: voicemail.greeting ?? 'apology' }
  return { kind: 'announce', prompt: announce ?? '' }
}

/** The steps of a chain; a condition that is none of the two or both is left to {@link overflowFaults}. */
export function toOverflowChain(chain: Static<typeof overflowChain> = []): OverflowStep[] {
  return chain.map(({ after, do: action }) => ({
    when: after === undefined ? { kind: 'nobodyLoggedIn' } : { kind: 'after', seconds: after },
    action: toOverflowAction(action),
  }))
}

export interface OverflowFault {
  readonly queue: string
  /** Where in the queue's settings. */
  readonly setting: 'overflow' | 'afterMaxWait'
  readonly text: string
}

/** What a chain can lead to in this city. */
export interface OverflowWays {
  readonly queues: ReadonlyMap<string, QueueConfig>
  readonly branches: ReadonlySet<string>
  /** Whether the city calls citizens back. */
  readonly callbacks: boolean
}

/** Faults that only the whole file shows: queues and branches that are not there, rings, steps never reached. */
export function overflowFaults(ways: OverflowWays): OverflowFault[] {
  return [...ways.queues.values()].flatMap((config) => [
    ...config.overflow.flatMap(({ when, action }) =>
      faultsOf(config, 'overflow', action, ways).concat(
        when.kind === 'after' && when.seconds >= config.maxWait && config.afterMaxWait.kind !== 'keep'
          ? [fault(config, 'overflow', `${when.seconds} s is after the longest wait of ${config.maxWait} s`)]
          : [],
      ),
    ),
    ...faultsOf(config, 'afterMaxWait', config.afterMaxWait, ways),
  ])
}

const fault = ({ name: queue }: QueueConfig, setting: OverflowFault['setting'], text: string): OverflowFault => ({
  queue,
  setting,
  text: `queue ${queue}: ${setting}: ${text}`,
})

function faultsOf(
  config: QueueConfig,
  setting: OverflowFault['setting'],
  action: AfterMaxWait,
  { queues, branches, callbacks }: OverflowWays,
): OverflowFault[] {
  if (action.kind === 'callback' && !callbacks)
    return [fault(config, setting, "the city's file has no 'callback', and nobody is called back")]
  if (action.kind === 'branch' && !branches.has(action.branch))
    return [fault(config, setting, `there is no branch ${action.branch}`)]
  if (action.kind !== 'queue') return []
  const to = { queue: config.name, setting, text: `queue ${config.name}: ${setting} leads to queue ${action.queue}` }
  if (action.queue === config.name || !queues.has(action.queue))
    return [{ ...to, text: `${to.text}, which is no other queue of this file` }]
  // A wait that is over in every queue of a ring would send the caller round without a pause.
  return reachable(queues, action.queue).has(config.name)
    ? [{ ...to, text: `${to.text} and in the end back to ${config.name}` }]
    : []
}

/** The queues a caller can overflow to, sooner or later. */
function reachable(queues: ReadonlyMap<string, QueueConfig>, first: string): Set<string> {
  const seen = new Set<string>()
  const open = [first]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const config = queues.get(at)
    const actions = config ? [...config.overflow.map(({ action }) => action), config.afterMaxWait] : []
    for (const action of actions) {
      if (action.kind !== 'queue' || seen.has(action.queue)) continue
      seen.add(action.queue)
      open.push(action.queue)
    }
  }
  return seen
}
