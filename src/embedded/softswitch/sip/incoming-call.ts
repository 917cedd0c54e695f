import type { AOR, SrfRequest } from 'drachtio-srf'
import Srf from 'drachtio-srf'
import { newId } from '../../../kernel/index.ts'
import { newProfile } from '../core/caller-profile.ts'
import { Channel } from '../core/channel.ts'
import type { EventBus } from '../core/event-bus.ts'
import { microseconds } from '../core/time.ts'

interface Party {
  name: string
  user: string
  host: string
  port: string
}

export interface IncomingCallOptions {
  request: SrfRequest
  bus: EventBus
  profileName: string
  context: string
  sessionNumber: number
}

/** The channel of a call that arrives, with everything its INVITE says put into fields and variables. */
export function incomingChannel({ request, bus, profileName, context, sessionNumber }: IncomingCallOptions): Channel {
  const from = partyOf(request.getParsedHeader('from'))
  const asserted = assertedParty(request)
  const uuid = newId()
  const name = `sofia/${profileName}/${address(from)}`
  const callerNumber = asserted?.user || from.user
  const profile = newProfile({
    direction: 'inbound',
    username: callerNumber,
    dialplan: 'XML',
    context,
    callerName: asserted?.name || from.name || callerNumber,
    callerNumber,
    networkAddress: request.source_address,
    destination: uriParty(request.uri).user,
    source: 'mod_sofia',
  })
  const channel = new Channel({ uuid, name, direction: 'inbound', profile, bus })
  const variables = [
    ...identity(channel, { profileName, sessionNumber }),
    ...partyVariables('from', from),
    ...network(request),
    ...(asserted === undefined ? [] : [['sip_P-Asserted-Identity', asserted.user] as const]),
    ...partyVariables('req', uriParty(request.uri)),
    ...partyVariables('to', partyOf(request.getParsedHeader('to'))),
    ...contactVariables(request),
    ...messageVariables(request, from),
    ...customHeaders(request),
  ]
  for (const [variable, value] of variables) channel.setVariable(variable, value)
  return channel
}

type Pairs = readonly (readonly [string, string])[]

function identity(
  channel: Channel,
  { profileName, sessionNumber }: { profileName: string; sessionNumber: number },
): Pairs {
  return [
    ['direction', 'inbound'],
    ['uuid', channel.uuid],
    ['call_uuid', channel.uuid],
    ['session_id', String(sessionNumber)],
    ['channel_name', channel.name],
    ['sofia_profile_name', profileName],
    ['recovery_profile_name', profileName],
    ['endpoint_disposition', 'RECEIVED'],
  ]
}

function network(request: SrfRequest): Pairs {
  const [ip, port] = [request.source_address, String(request.source_port)]
  return [
    ['sip_network_ip', ip],
    ['sip_network_port', port],
    ['sip_received_ip', ip],
    ['sip_received_port', port],
    ['sip_via_protocol', request.protocol],
    ['sip_invite_stamp', String(microseconds())],
  ]
}

function partyVariables(prefix: string, party: Party): Pairs {
  return [
    [`sip_${prefix}_user`, party.user],
    [`sip_${prefix}_port`, party.port],
    [`sip_${prefix}_uri`, address(party)],
    [`sip_${prefix}_host`, party.host],
  ]
}

function contactVariables(request: SrfRequest): Pairs {
  const [contact] = request.has('contact') ? request.getParsedHeader('contact') : []
  return contact === undefined ? [] : partyVariables('contact', partyOf(contact))
}

function messageVariables(request: SrfRequest, from: Party): Pairs {
  const headers: readonly (readonly [string, string])[] = [
    ['sip_call_id', 'Call-ID'],
    ['sip_full_from', 'From'],
    ['sip_full_to', 'To'],
    ['sip_full_via', 'Via'],
    ['sip_user_agent', 'User-Agent'],
    ['max_forwards', 'Max-Forwards'],
  ]
  const present = headers.filter(([, header]) => request.has(header))
  return [
    ['sip_from_display', from.name],
    ['sip_from_user_stripped', from.user.replace(/^\+/, '')],
    ...present.map(([variable, header]) => [variable, String(request.get(header))] as const),
  ]
}

/** Headers beginning with X- are handed on as `sip_h_X-…`, spelt as they came. */
function customHeaders(request: SrfRequest): Pairs {
  const names = Object.keys(request.headers ?? {}).filter((name) => /^x-/i.test(name))
  const lines = request.raw?.split('\r\n') ?? []
  return names.map((name) => {
    const line = lines.find((candidate) => candidate.toLowerCase().startsWith(`${name.toLowerCase()}:`))
    return [`sip_h_${line?.split(':')[0] ?? name}`, String(request.get(name))] as const
  })
}

/** P-Asserted-Identity, or Remote-Party-ID: who the edge says the caller is. */
function assertedParty(request: SrfRequest): Party | undefined {
  for (const header of ['p-asserted-identity', 'remote-party-id'] as const) {
    if (request.has(header)) return partyOf(request.getParsedHeader(header))
  }
  return undefined
}

function partyOf(header: AOR | undefined): Party {
  const name = (header?.name ?? '').replace(/^"|"$/g, '').replace(/\\(.)/g, '$1')
  return { ...uriParty(header?.uri ?? ''), name }
}

function uriParty(uri: string): Party {
  const parsed = Srf.parseUri(uri)
  return {
    name: '',
    user: unescapeUser(parsed?.user ?? ''),
    host: parsed?.host ?? '',
    port: parsed?.port ? String(parsed.port) : '',
  }
}

function unescapeUser(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // A lone % is no escape; the user is then what it literally says.
    return text
  }
}

function address({ user, host, port }: Party): string {
  return `${user}${user === '' ? '' : '@'}${host}${port === '' ? '' : `:${port}`}`
}
