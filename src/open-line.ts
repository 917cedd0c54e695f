import { AgentRoster, AgentStore } from './agent/index.ts'
import { type CallSupervisor, type OutboundCalls, OutboundNumbers } from './call/index.ts'
import { callbackCalls, callbackLine } from './call-back.ts'
import { CallbackBook, CallbackStore } from './callback/index.ts'
import type { Ground } from './open-ground.ts'
import { Dispatcher, ExpectedWait, type QueueConfig } from './queue/index.ts'
import { queueLookup } from './room.ts'

/** Where callers and agents meet. */
export interface Line {
  readonly agentStore: AgentStore
  readonly roster: AgentRoster
  readonly queueOf: (name: string) => QueueConfig
  readonly dispatcher: Dispatcher
  /** Whom we may call. */
  readonly numbers: OutboundNumbers
  readonly expectedWait: ExpectedWait
  readonly callbackStore: CallbackStore
  readonly callbacks: CallbackBook
}

/** Calls in and out, which are built upon the line and are there when the first match is made. */
export interface LineCalls {
  readonly supervisor: () => CallSupervisor
  readonly outbound: () => OutboundCalls
}

/** Opens the line of those who wait, the agents who serve it, and the callbacks that have places in it. */
export async function openLine(ground: Ground, calls: LineCalls): Promise<Line> {
  const { db, log, city, clock, logger } = ground
  const queueOf = queueLookup(city)
  const agentStore = new AgentStore({ db })
  const roster = new AgentRoster({ clock, logger, wrapUpSecondsOf: (queue) => queueOf(queue).wrapUp })
  const numbers = new OutboundNumbers(city.outbound)
  const callbackStore = new CallbackStore({ db })
  const callbacks: CallbackBook = openCallbacks(ground, numbers, calls, () => dispatcher)
  callbacks.restore(await callbackStore.open())
  const dispatcher = new Dispatcher({
    offer: ({ caller: { callId }, agent: { agentId } }) => {
      if (callbacks.has(callId)) return callbacks.serve(callId, agentId)
      if (!roster.offer(agentId, callId)) return false
      calls
        .supervisor()
        .flow(callId)
        ?.startOffer(agentId, roster.get(agentId).context.extension ?? '')
      return true
    },
  })
  const expectedWait = new ExpectedWait()
  log.onRecorded((event) => {
    if (event.type === 'call.answered') expectedWait.answered(event.data.queue, event.time)
  })
  return { agentStore, roster, queueOf, dispatcher, numbers, expectedWait, callbackStore, callbacks }
}

function openCallbacks(
  { log, city, hours, clock, logger }: Ground,
  numbers: OutboundNumbers,
  { outbound }: LineCalls,
  dispatcher: () => Dispatcher,
): CallbackBook {
  return new CallbackBook({
    rules: city.callback,
    line: callbackLine(dispatcher),
    calls: callbackCalls({ numbers, outbound }),
    callHours: () => city.callback !== undefined && hours.at(city.callback.calendar, new Date(clock.now())).open,
    log,
    clock,
    logger,
  })
}
