import {
  databaseFailover,
  databaseGone,
  replicaGone,
  restartDatabase,
  slowDatabase,
  ticketsDown,
} from './database-faults.ts'
import { killHotline } from './kill-hotline.ts'
import { clockJump, diskFull, eventsShuffled, stalledClient } from './other-faults.ts'
import { answerRace, overload, phoneGone, twoCallsOneAgent } from './phone-faults.ts'
import type { Scenario } from './scenario.ts'
import { soak } from './soak.ts'
import { absentHotline, cutWire, halfOpenWire, killSwitch } from './switch-faults.ts'
import { splitBrain, standby, transferKill, upgrade } from './takeover.ts'

/** Every fault by the name that `npm run chaos` knows it by. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  'kill-hotline': killHotline,
  absent: absentHotline,
  'kill-switch': killSwitch,
  'esl-cut': cutWire,
  'esl-half-open': halfOpenWire,
  'postgres-restart': restartDatabase,
  'postgres-gone': databaseGone,
  'postgres-slow': slowDatabase,
  'postgres-failover': databaseFailover,
  'replica-gone': replicaGone,
  'tickets-down': ticketsDown,
  'phone-gone': phoneGone,
  'answer-race': answerRace,
  'two-calls': twoCallsOneAgent,
  overload,
  'stalled-client': stalledClient,
  'clock-jump': clockJump,
  'disk-full': diskFull,
  'events-shuffled': eventsShuffled,
  'transfer-kill': transferKill,
  standby,
  'split-brain': splitBrain,
  upgrade,
  soak,
}
