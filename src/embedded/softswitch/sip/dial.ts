import type Srf from 'drachtio-srf'
import { newId } from '../../../kernel/index.ts'
import { newProfile } from '../core/caller-profile.ts'
import type { Cause } from '../core/causes.ts'
import { Channel, isTrue } from '../core/channel.ts'
import { runChannel } from '../core/run-channel.ts'
import type { DialOutcome, DialRequest, SwitchCore } from '../core/switch-core.ts'
import { CalledLeg } from './called-leg.ts'
import type { SipLegServices } from './sip-leg.ts'

export interface DialParts {
  core: SwitchCore
  srf: Srf
  services: SipLegServices
  profileName: string
  userAgent: string
}

interface Target {
  uri: string
  proxy: string | undefined
  user: string
  address: string
}

/** Calls a phone, and resolves once it is reached or finally was not. */
export async function dial(parts: DialParts, request: DialRequest): Promise<DialOutcome> {
  const target = targetOf(request.endpoint, parts.profileName)
  if (typeof target === 'string') return { kind: 'failed', cause: target }
  const channel = newChannel(parts, request, target)
  const leg = new CalledLeg({
    srf: parts.srf,
    channel,
    services: parts.services,
    uri: target.uri,
    ...(target.proxy === undefined ? {} : { proxy: target.proxy }),
    userAgent: parts.userAgent,
  })
  channel.endpoint = leg
  announce(channel)
  // runChannel never rejects, and the INVITE's end is told to the channel.
  void runChannel(parts.core, channel, { kind: 'consume' })
  void leg.invite()
  return await outcome(channel, request)
}

function targetOf(endpoint: string, profileName: string): Target | Cause {
  // Brackets that do not close are left by parseDialString.
  if (/^[{[<]/.test(endpoint)) return 'DESTINATION_OUT_OF_ORDER'
  const [kind = '', profile = '', ...rest] = endpoint.split('/')
  if (kind !== 'sofia') return 'CHAN_NOT_IMPLEMENTED'
  if (profile !== profileName) return 'INVALID_PROFILE'
  const [address = '', ...parameters] = rest
    .join('/')
    .replace(/^sips?:/, '')
    .split(';')
  if (!/^[^\s@]+@[^\s@]+$/.test(address)) return 'INVALID_URL'
  const path = parameters.find((parameter) => parameter.startsWith('fs_path='))
  const others = parameters.filter((parameter) => parameter !== path).map((parameter) => `;${parameter}`)
  return {
    uri: `sip:${address}${others.join('')}`,
    proxy: path === undefined ? undefined : decodeURIComponent(path.slice('fs_path='.length)),
    user: address.slice(0, address.indexOf('@')),
    address,
  }
}

function newChannel({ core, profileName }: DialParts, request: DialRequest, target: Target): Channel {
  const wanted = request.variables.get('origination_uuid')
  const profile = newProfile({
    direction: 'outbound',
    callerName: request.callerName,
    callerNumber: request.callerNumber,
    calleeName: 'Outbound Call',
    calleeNumber: target.user,
    destination: target.user,
    context: request.onBehalfOf?.profile.context ?? 'default',
    source: request.onBehalfOf === undefined ? 'src/switch_ivr_originate.c' : 'mod_sofia',
  })
  const uuid = wanted !== undefined && core.channels.get(wanted) === undefined ? wanted : newId()
  const name = `sofia/${profileName}/${target.address}`
  const channel = new Channel({ uuid, name, direction: 'outbound', profile, bus: core.bus })
  core.channels.add(channel)
  const own: [string, string][] = [
    ['direction', 'outbound'],
    ['is_outbound', 'true'],
    ['uuid', channel.uuid],
    ['call_uuid', channel.uuid],
    ['session_id', String(core.channels.figures.sinceStartup)],
    ['sofia_profile_name', profileName],
    ['channel_name', name],
    ['sip_destination_url', target.uri],
  ]
  for (const [variable, value] of [...own, ...request.variables]) channel.setVariable(variable, value)
  if (request.onBehalfOf !== undefined) joinCall(channel, request.onBehalfOf)
  return channel
}

function joinCall(channel: Channel, caller: Channel): void {
  channel.callUuid = caller.uuid
  channel.otherLeg = { type: 'originator', facts: caller }
  channel.setVariable('originator', caller.uuid)
}

function announce(channel: Channel): void {
  channel.state = 'CS_NONE'
  channel.publish('CHANNEL_OUTGOING')
  channel.enter('CS_INIT')
  channel.publish('CHANNEL_CREATE')
  channel.publish('CHANNEL_ORIGINATE')
  channel.enter('CS_ROUTING')
}

/** Waits until the phone is reached, the channel is hung up, the time is over, or the caller it is for has gone. */
async function outcome(channel: Channel, request: DialRequest): Promise<DialOutcome> {
  const ignoreEarly = isTrue(request.variables.get('ignore_early_media'))
  const seconds = Math.min(
    request.timeoutSeconds,
    Number(request.variables.get('leg_timeout') ?? Number.POSITIVE_INFINITY),
  )
  const timer = setTimeout(() => channel.hangUp('NO_ANSWER'), seconds * 1000)
  const caller = request.onBehalfOf
  while (!channel.down && !isReached(channel, ignoreEarly)) {
    if (caller !== undefined && !caller.ready) channel.hangUp('ORIGINATOR_CANCEL')
    else await Promise.race([channel.awoken(), ...(caller === undefined ? [] : [caller.awoken()])])
  }
  clearTimeout(timer)
  return channel.down
    ? { kind: 'failed', cause: channel.hangupCause ?? 'NORMAL_CLEARING' }
    : { kind: 'reached', channel }
}

function isReached(channel: Channel, ignoreEarlyMedia: boolean): boolean {
  return channel.answered || (!ignoreEarlyMedia && channel.answerState === 'early')
}
