import type { AgentStore } from './agent/index.ts'
import type { City } from './city.ts'
import type { Database } from './db/index.ts'
import type { EventLog } from './events/index.ts'
import type { Clock } from './kernel/index.ts'
import {
  AgentFiguresStore,
  Alarms,
  Board,
  CallbackFiguresStore,
  HistoryStore,
  LiveCallbacks,
  LiveFigures,
  openAlarms,
  Prometheus,
} from './metrics/index.ts'
import { seedFigures } from './seed-figures.ts'

/** Figures out of the log, and the same ones live in memory. */
export interface Figures {
  readonly history: HistoryStore
  readonly agentFigures: AgentFiguresStore
  readonly callbackFigures: CallbackFiguresStore
  readonly live: LiveFigures
  readonly liveCallbacks: LiveCallbacks
  readonly board: Board
  readonly alarms: Alarms
  readonly prometheus: Prometheus
}

/** Builds the figures, which follow the log from here on; the alarms are not started yet. */
export async function openFigures({
  db,
  log,
  city,
  agentStore,
  lines,
  clock,
}: {
  db: Database
  log: EventLog
  city: City
  agentStore: AgentStore
  /** The numbers that lead somewhere. */
  lines: () => Iterable<string>
  clock: Clock
}): Promise<Figures> {
  const history = new HistoryStore({ db })
  const agentFigures = new AgentFiguresStore({ db })
  const live = new LiveFigures({ clock })
  const liveCallbacks = new LiveCallbacks({ clock })
  const callbackFigures = new CallbackFiguresStore({ db })
  await seedFigures({ live, liveCallbacks, history, callbackFigures, agentStore, clock })
  const board: Board = new Board({
    live,
    clock,
    queues: [...city.queues.keys()],
    lines,
    answerWithinMs: 15_000,
    shortAbandonMs: city.shortAbandon * 1000,
    alarms: () => alarms.now(),
  })
  const alarms: Alarms = new Alarms({
    clock,
    thresholds: city.alarms,
    look: () => board.places(),
    open: await openAlarms(db),
    facts: {
      began: ({ place, name, ...fact }, at) =>
        place === 'queue'
          ? log.append('queue.alarm-began', { queue: name, ...fact }, at)
          : log.append('line.alarm-began', { line: name, ...fact }, at),
      ended: ({ place, name, ...fact }, at) =>
        place === 'queue'
          ? log.append('queue.alarm-ended', { queue: name, ...fact }, at)
          : log.append('line.alarm-ended', { line: name, ...fact }, at),
    },
  })
  log.onRecorded((event) => {
    live.take(event)
    liveCallbacks.take(event)
    board.changed()
  })
  const prometheus = new Prometheus({ log, live, callbacks: liveCallbacks })
  return { history, agentFigures, callbackFigures, live, liveCallbacks, board, alarms, prometheus }
}
