import type { ChannelSnapshot, SwitchEvent } from '../switch-port.ts'
import type { EslHeaders } from './json-events.ts'

/** The events we ask for: no more than are decoded below, because every event costs the switch and us. */
export const subscribedEvents = [
  'BACKGROUND_JOB',
  'CHANNEL_PARK',
  'CHANNEL_PROGRESS',
  'CHANNEL_PROGRESS_MEDIA',
  'CHANNEL_ANSWER',
  'CHANNEL_BRIDGE',
  'CHANNEL_UNBRIDGE',
  'CHANNEL_HOLD',
  'CHANNEL_UNHOLD',
  'CHANNEL_EXECUTE_COMPLETE',
  'CHANNEL_HANGUP',
  'CHANNEL_HANGUP_COMPLETE',
  'DTMF',
  'HEARTBEAT',
] as const

/** Applications whose end means something to us. */
const applications = ['playback', 'endless_playback', 'record'] as const

/** What FreeSWITCH sets when a leg's phone sent BYE, before it tells of the hang-up (sofia.c, sofia_handle_sip_i_bye). */
const byeReceived = { name: 'variable_sip_term_status', value: '200' } as const

/** Events of which only some are wanted, by what they carry. */
const chosenByHeader: readonly string[] = ['CHANNEL_EXECUTE_COMPLETE', 'CHANNEL_HANGUP']

/**
 * The end of an application comes for each of them and for no other: every `set` of the dialplan has one, and they were more
 * than half of all events, each with all variables of its channel. The beginning of a hang-up comes where a BYE was its cause.
 */
export const wantedEvents: Readonly<Record<string, readonly string[]>> = {
  'Event-Name': subscribedEvents.filter((name) => !chosenByHeader.includes(name)),
  Application: applications,
  [byeReceived.name]: [byeReceived.value],
}

/**
 * Turns an event of FreeSWITCH into ours, or into nothing when it does not concern the centre. `at` is the time of
 * its arrival here: the switch's clock may differ from ours, and FreeSWITCH stamps events by a clock of 20 ms steps.
 */
export function decodeEvent(headers: EslHeaders, at: number): SwitchEvent | undefined {
  const legId = headers['Unique-ID']
  if (!legId) return undefined
  switch (headers['Event-Name']) {
    case 'CHANNEL_PARK':
      return decodePark(legId, headers, at)
    case 'CHANNEL_PROGRESS':
    case 'CHANNEL_PROGRESS_MEDIA':
      return headers['Call-Direction'] === 'outbound' ? { type: 'leg.ringing', legId, at } : undefined
    case 'CHANNEL_ANSWER':
      return { type: 'leg.answered', legId, at }
    case 'CHANNEL_BRIDGE':
      return { type: 'leg.bridged', legId, otherLegId: headers['Other-Leg-Unique-ID'] ?? '', at }
    case 'CHANNEL_UNBRIDGE':
      return { type: 'leg.unbridged', legId, at }
    case 'CHANNEL_HOLD':
      return { type: 'leg.held', legId, at }
    case 'CHANNEL_UNHOLD':
      return { type: 'leg.retrieved', legId, at }
    case 'CHANNEL_EXECUTE_COMPLETE':
      return decodeExecuteComplete(legId, headers, at)
    case 'CHANNEL_HANGUP':
      return hungUpByPhone(headers) ? ended(legId, headers, at) : undefined
    case 'CHANNEL_HANGUP_COMPLETE':
      return ended(legId, headers, at)
    case 'DTMF':
      return decodeDigit(legId, headers, at)
    default:
      return undefined
  }
}

function ended(legId: string, headers: EslHeaders, at: number): SwitchEvent {
  const cause = headers['Hangup-Cause'] ?? 'UNKNOWN'
  const bySwitch = headers['variable_sip_hangup_disposition']?.startsWith('send_') ?? false
  return { type: 'leg.ended', legId, cause, sipStatus: sipStatus(headers), bySwitch, at }
}

/**
 * Whether a phone we dialled hung up, so that it is free for the next call now; FreeSWITCH takes a while to come out of the
 * bridge and to tell of the end. A caller's leg is over with its end: a voice message is told in between, and a phone
 * that we hang up on is free when it has our BYE.
 */
function hungUpByPhone(headers: EslHeaders): boolean {
  return headers['Call-Direction'] === 'outbound' && headers[byeReceived.name] === byeReceived.value
}

/** A leg that the other party's REFER sent to the dialplan carries where to; any other incoming one is a call. */
function decodePark(legId: string, headers: EslHeaders, at: number): SwitchEvent | undefined {
  const target = headers['variable_yihao_refer_to']
  if (target !== undefined) return { type: 'leg.referred', legId, target, at }
  if (headers['Call-Direction'] !== 'inbound') return { type: 'leg.parked', legId, at }
  return { type: 'leg.offered', leg: offeredLeg(legId, headers, at), at }
}

function decodeExecuteComplete(legId: string, headers: EslHeaders, at: number): SwitchEvent | undefined {
  const application = headers['Application']
  if (application === 'record') {
    const recordedMs = Number(headers['variable_record_ms'] ?? 0)
    return { type: 'leg.recorded', legId, recordingId: headers['Application-UUID'] ?? '', recordedMs, at }
  }
  if (application !== 'playback' && application !== 'endless_playback') return undefined
  return { type: 'leg.played', legId, playbackId: headers['Application-UUID'] ?? '', at }
}

function decodeDigit(legId: string, headers: EslHeaders, at: number): SwitchEvent | undefined {
  const digit = headers['DTMF-Digit'] ?? ''
  return /^[0-9*#A-D]$/.test(digit) ? { type: 'leg.digit', legId, digit, at } : undefined
}

function offeredLeg(legId: string, headers: EslHeaders, at: number) {
  const age = milliseconds(headers['Event-Date-Timestamp']) - milliseconds(headers['Caller-Channel-Created-Time'])
  return {
    legId,
    calledNumber: headers['variable_yihao_line'] ?? headers['Caller-Destination-Number'] ?? '',
    callerNumber: callerNumber(headers['Caller-Caller-ID-Number'] ?? ''),
    callerName: headers['Caller-Caller-ID-Name'] ?? '',
    sipCallId: headers['variable_sip_call_id'] ?? '',
    createdAt: at - Math.max(0, age || 0),
  }
}

/** A caller's number is digits; whatever else a header carried is not shown to anybody as a number. */
export function callerNumber(text: string): string {
  return /^\+?[0-9*#]{1,32}$/.test(text) ? text : 'anonymous'
}

function sipStatus(headers: EslHeaders): number {
  const status = headers['variable_sip_term_status'] ?? headers['variable_sip_invite_failure_status'] ?? ''
  return /^\d{3}$/.test(status) ? Number(status) : 0
}

/** FreeSWITCH gives times in microseconds; NaN when there is none. */
function milliseconds(text: string | undefined): number {
  return Math.floor(Number(text) / 1000)
}

/** Decodes `show channels as json`; `{"row_count":0}` carries no rows. A leg that has hung up and is still listed is over. */
export function decodeChannels(json: string): ChannelSnapshot[] {
  const { rows: listed = [] } = JSON.parse(json) as { rows?: readonly Record<string, string>[] }
  const rows = listed.filter(({ callstate }) => callstate !== 'HANGUP')
  const present = new Set(rows.map((row) => row['uuid'] ?? ''))
  return rows.map((row) => ({
    legId: row['uuid'] ?? '',
    direction: row['direction'] === 'outbound' ? 'outbound' : 'inbound',
    answered: ['ACTIVE', 'HELD', 'UNHELD'].includes(row['callstate'] ?? ''),
    calledNumber: row['dest'] ?? '',
    callerNumber: callerNumber(row['cid_num'] ?? ''),
    callerName: row['cid_name'] ?? '',
    createdAt: Number(row['created_epoch'] ?? 0) * 1000,
    bridgedWith: bridgedWith(row, present),
  }))
}

/**
 * `call_uuid` names the call both legs of a bridge share: the other leg's uuid on one of them, its own otherwise. A
 * leg that is parked after a bridge keeps the name of the partner who is gone.
 */
function bridgedWith(row: Record<string, string>, present: ReadonlySet<string>): string | undefined {
  if (row['state'] === 'CS_PARK') return undefined
  const shared = row['call_uuid'] ?? ''
  return shared !== row['uuid'] && present.has(shared) ? shared : undefined
}
