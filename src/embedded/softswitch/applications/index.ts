/** What a dialplan, or `sendmsg execute`, can have the stand-in do with a channel. */

import type { Application } from '../core/switch-core.ts'
import { bridge } from './bridge.ts'
import {
  answer,
  blindTransferAck,
  hangup,
  intercept,
  log,
  parkApplication,
  preAnswer,
  respond,
  ringReady,
  schedHangup,
  schedTransfer,
  sendDtmf,
  sleep,
  transferApplication,
} from './call-control.ts'
import { conference } from './conference.ts'
import { eavesdrop } from './eavesdrop.ts'
import { echo } from './echo.ts'
import { endlessPlayback, playback } from './play.ts'
import { record, recordSession, stopRecordSession } from './record.ts'
import { exportVariable, multiset, set, unset } from './variables.ts'

/** Every dialplan application of the subset, by name. */
export const applications: ReadonlyMap<string, Application> = new Map<string, Application>([
  ['answer', answer],
  ['pre_answer', preAnswer],
  ['ring_ready', ringReady],
  ['set', set],
  ['export', exportVariable],
  ['unset', unset],
  ['multiset', multiset],
  ['sleep', sleep],
  ['playback', playback],
  ['endless_playback', endlessPlayback],
  ['record', record],
  ['record_session', recordSession],
  ['stop_record_session', stopRecordSession],
  ['park', parkApplication],
  ['blind_transfer_ack', blindTransferAck],
  ['intercept', intercept],
  ['hangup', hangup],
  ['echo', echo],
  ['eavesdrop', eavesdrop],
  ['bridge', bridge],
  ['transfer', transferApplication],
  ['respond', respond],
  ['sched_transfer', schedTransfer],
  ['sched_hangup', schedHangup],
  ['conference', conference],
  ['send_dtmf', sendDtmf],
  ['log', log],
])
