import {
  type CallContext,
  CallStore,
  CallSupervisor,
  CallTargets,
  freeSeats,
  type OpenCall,
  OutboundCalls,
} from './call/index.ts'
import type { CallerBook } from './callers/index.ts'
import type { Incidents } from './incident/index.ts'
import type { MenuLibrary } from './ivr/index.ts'
import type { Ground } from './open-ground.ts'
import type { Line } from './open-line.ts'
import type { Sounds } from './open-sounds.ts'
import { closedNow, freeAgent, staffed } from './room.ts'
import type { SwitchPort } from './switch/index.ts'
import { BranchBook } from './transfer/index.ts'
import { waitingAnnouncement } from './waiting-announcement.ts'

/** All calls of this process, and where they can be passed on to. */
export interface Calls {
  readonly callStore: CallStore
  /** Calls that an earlier process left open. */
  readonly openCalls: readonly OpenCall[]
  readonly supervisor: CallSupervisor
  readonly outbound: OutboundCalls
  readonly targets: CallTargets
  readonly branches: BranchBook
}

/** What a call meets on its way. */
export interface CallParties {
  readonly ground: Ground
  readonly switches: readonly SwitchPort[]
  readonly line: Line
  readonly menus: MenuLibrary
  readonly incidents: Incidents
  readonly sounds: Sounds
  readonly callers: CallerBook
}

/** Builds the calls; the switches are connected when the supervisor is started. */
export async function openCalls(parties: CallParties): Promise<Calls> {
  const { ground, switches, line } = parties
  const { db, city, hours, clock, logger } = ground
  const { roster, queueOf } = line
  const branches: BranchBook = new BranchBook({
    branches: city.branches,
    hours: (calendarId) => hours.at(calendarId, new Date(clock.now())),
    callsTo: (number) => supervisor.legsTo(number),
    freeSeats: (queue) => freeSeats(roster, queueOf(queue)).length,
  })
  const targets = new CallTargets({ branches, emergency: city.emergency, roster, queueOf })
  const callStore = new CallStore({ db })
  const openCalls = await callStore.openCalls()
  const supervisor = new CallSupervisor({
    switches,
    clock,
    logger,
    openCalls,
    onOrphanedAgent: (agentId, callId) => freeAgent(roster, agentId, callId),
    context: callContext(parties, { targets, callStore }),
  })
  const outbound = new OutboundCalls({
    ...line,
    place: (request) => supervisor.place(request),
    agentRingsFor: (queue) => queueOf(queue).ringFor,
  })
  return { callStore, openCalls, supervisor, outbound, targets, branches }
}

/** What every call may ask for. */
function callContext(
  { ground, line, menus, incidents, sounds, callers }: CallParties,
  { targets, callStore }: Pick<Calls, 'targets' | 'callStore'>,
): CallContext {
  const { city, hours, log, clock, logger } = ground
  const { roster, dispatcher, expectedWait, callbacks, numbers, queueOf } = line
  const { promptsDir } = ground.config
  const key = city.callback?.key
  return {
    clock,
    logger,
    log,
    roster,
    dispatcher,
    promptsDir,
    mailbox: sounds.mailbox,
    recorder: sounds.recorder,
    menus: () => menus.current(),
    queue: queueOf,
    staffed: (need) => staffed(roster, need),
    targets,
    announcement: waitingAnnouncement({ dispatcher, expectedWait, clock, promptsDir, key }),
    closed: (number) => closedNow({ city, hours, clock, line: number }),
    incidents,
    caller: (number) => callers.of(number),
    nuisance: city.nuisance,
    phoneReturnWithin: city.phoneReturnWithin,
    callbacks: {
      key,
      allowed: (number) => numbers.allowed(number),
      request: (wish) => callbacks.request(wish),
    },
    lastCalls: (callerNumber, callId) => callStore.lastCalls(callerNumber, { except: callId, limit: 5 }),
  }
}
