import { type CallerProfile, type ChannelTimes, type Direction, profileHeaders } from './caller-profile.ts'
import { type AnswerState, type CallState, type ChannelState, channelStateNumbers } from './channel-states.ts'
import type { Header } from './switch-event.ts'

/** What the headers of an event say about a channel. */
export interface ChannelFacts {
  readonly uuid: string
  readonly name: string
  readonly direction: Direction
  readonly logicalDirection: Direction
  readonly state: ChannelState
  readonly callState: CallState
  readonly answerState: AnswerState
  readonly callUuid: string
  readonly hitDialplan: boolean
  readonly codec: 'PCMA' | 'PCMU' | undefined
  readonly hangupCause: string | undefined
  readonly profile: CallerProfile
  readonly times: ChannelTimes
  readonly variables: ReadonlyMap<string, string>
  readonly otherLeg: { type: 'originator' | 'originatee'; facts: ChannelFacts } | undefined
}

/** Events whose headers include every channel variable (switch_channel_event_set_extended_data). */
const withVariables = new Set([
  'CHANNEL_CREATE',
  'CHANNEL_ORIGINATE',
  'CHANNEL_ANSWER',
  'CHANNEL_PARK',
  'CHANNEL_UNPARK',
  'CHANNEL_BRIDGE',
  'CHANNEL_UNBRIDGE',
  'CHANNEL_PROGRESS',
  'CHANNEL_PROGRESS_MEDIA',
  'CHANNEL_HANGUP',
  'CHANNEL_HANGUP_COMPLETE',
  'CHANNEL_DATA',
  'CHANNEL_EXECUTE',
  'CHANNEL_EXECUTE_COMPLETE',
  'CHANNEL_DESTROY',
  'RECORD_START',
  'RECORD_STOP',
  'PLAYBACK_START',
  'PLAYBACK_STOP',
  'CALL_UPDATE',
  'CHANNEL_HOLD',
  'CHANNEL_UNHOLD',
  'CUSTOM',
])

export function channelHeaders(eventName: string, channel: ChannelFacts): Header[] {
  const basic: Header[] = [
    ['Channel-State', channel.state],
    ['Channel-Call-State', channel.callState],
    ['Channel-State-Number', String(channelStateNumbers[channel.state])],
    ['Channel-Name', channel.name],
    ['Unique-ID', channel.uuid],
    ['Call-Direction', channel.direction],
    ['Presence-Call-Direction', channel.direction],
    ['Channel-HIT-Dialplan', String(channel.hitDialplan)],
    ['Channel-Call-UUID', channel.callUuid],
    ['Answer-State', channel.answerState],
    ...hangupHeader(channel),
    ...codecHeaders(channel.codec),
    ...profileHeaders('Caller', channel.profile, channel),
    ...otherLegHeaders(channel.otherLeg),
  ]
  return withVariables.has(eventName) ? [...basic, ...variableHeaders(channel.variables)] : basic
}

function variableHeaders(variables: ReadonlyMap<string, string>): Header[] {
  return [...variables].map(([name, value]) => [`variable_${name}`, value])
}

function hangupHeader({ hangupCause }: ChannelFacts): Header[] {
  return hangupCause === undefined ? [] : [['Hangup-Cause', hangupCause]]
}

function codecHeaders(codec: string | undefined): Header[] {
  if (codec === undefined) return []
  return ['Read', 'Write'].flatMap((direction): Header[] => [
    [`Channel-${direction}-Codec-Name`, codec],
    [`Channel-${direction}-Codec-Rate`, '8000'],
    [`Channel-${direction}-Codec-Bit-Rate`, '64000'],
  ])
}

function otherLegHeaders(other: ChannelFacts['otherLeg']): Header[] {
  if (other === undefined) return []
  const headers = profileHeaders('Other-Leg', other.facts.profile, other.facts)
  return [['Other-Type', other.type], ...headers]
}
