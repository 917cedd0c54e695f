import { newId } from '../../../kernel/index.ts'
import type { Header } from './switch-event.ts'
import { microseconds } from './time.ts'

export type Direction = 'inbound' | 'outbound'

/** Moments in the life of a channel, in microseconds; 0 is not yet. */
export interface ChannelTimes {
  created: number
  progress: number
  progressMedia: number
  answered: number
  bridged: number
  lastHold: number
  holdAccumulated: number
  hungUp: number
  transferred: number
}

/** Who calls whom: what the `Caller-` and `Other-Leg-` headers say. */
export interface CallerProfile {
  id: string
  direction: Direction
  username: string
  dialplan: string
  context: string
  callerName: string
  callerNumber: string
  originalCallerName: string
  originalCallerNumber: string
  calleeName: string
  calleeNumber: string
  networkAddress: string
  ani: string
  destination: string
  source: string
  transferSource: string
  index: number
  createdAt: number
}

export function newProfile(
  fields: Partial<CallerProfile> & { direction: Direction; destination: string },
): CallerProfile {
  const callerName = fields.callerName ?? ''
  const callerNumber = fields.callerNumber ?? ''
  return {
    id: newId(),
    username: '',
    dialplan: '',
    context: 'default',
    callerName,
    callerNumber,
    originalCallerName: callerName,
    originalCallerNumber: callerNumber,
    calleeName: '',
    calleeNumber: '',
    networkAddress: '',
    ani: callerNumber,
    source: 'softswitch',
    transferSource: '',
    index: 1,
    createdAt: microseconds(),
    ...fields,
  }
}

/** The profile after a transfer or bridge: a new index and creation time, as `switch_channel_step_caller_profile` does. */
export function nextProfile(profile: CallerProfile): CallerProfile {
  return { ...profile, id: newId(), index: profile.index + 1, createdAt: microseconds() }
}

export interface ProfileOwner {
  uuid: string
  name: string
  times: ChannelTimes
  logicalDirection: Direction
}

/** The block of headers under `prefix`: `Caller` for the channel itself, `Other-Leg` for its partner. */
export function profileHeaders(prefix: string, profile: CallerProfile, owner: ProfileOwner): Header[] {
  const { times } = owner
  const optional: Header[] = (
    [
      ['Username', profile.username],
      ['Dialplan', profile.dialplan],
      ['Caller-ID-Name', profile.callerName],
      ['Caller-ID-Number', profile.callerNumber],
      ['Orig-Caller-ID-Name', profile.originalCallerName],
      ['Orig-Caller-ID-Number', profile.originalCallerNumber],
      ['Callee-ID-Name', profile.calleeName],
      ['Callee-ID-Number', profile.calleeNumber],
      ['Network-Addr', profile.networkAddress],
      ['ANI', profile.ani],
      ['Destination-Number', profile.destination],
      ['Unique-ID', owner.uuid],
      ['Source', profile.source],
      ['Transfer-Source', profile.transferSource],
      ['Context', profile.context],
      ['Channel-Name', owner.name],
    ] satisfies Header[]
  ).filter(([, value]) => value !== '')
  const rest: Header[] = [
    ['Profile-Index', String(profile.index)],
    ['Profile-Created-Time', String(profile.createdAt)],
    ['Channel-Created-Time', String(times.created)],
    ['Channel-Answered-Time', String(times.answered)],
    ['Channel-Progress-Time', String(times.progress)],
    ['Channel-Progress-Media-Time', String(times.progressMedia)],
    ['Channel-Hangup-Time', String(times.hungUp)],
    ['Channel-Transfer-Time', String(times.transferred)],
    ['Channel-Resurrect-Time', '0'],
    ['Channel-Bridged-Time', String(times.bridged)],
    ['Channel-Last-Hold', String(times.lastHold)],
    ['Channel-Hold-Accum', String(times.holdAccumulated)],
    ['Screen-Bit', 'true'],
    ['Privacy-Hide-Name', 'false'],
    ['Privacy-Hide-Number', 'false'],
  ]
  const head: Header[] = [
    ['Direction', profile.direction],
    ['Logical-Direction', owner.logicalDirection],
  ]
  return [...head, ...optional, ...rest].map(([name, value]) => [`${prefix}-${name}`, value])
}
