import type { Channel } from '../core/channel.ts'
import { localStamp } from '../core/time.ts'
import { type ApiCommand, usage } from './api-command.ts'

/** `show channels|calls [count] [as json]`: the tables FreeSWITCH keeps, with all their columns. */
export const show: ApiCommand = ({ core, argument }) => {
  const words = argument.trim().split(/\s+/)
  const json = /\bas json$/.test(argument.trim())
  const [what] = words
  if (what !== 'channels' && what !== 'calls') return usage('channels|calls [count] [as json]')
  const channels = core.channels.all().filter((channel) => channel.state !== 'CS_REPORTING')
  const rows = what === 'channels' ? channels.map(channelRow) : callRows(channels)
  if (words[1] === 'count')
    return json ? `${JSON.stringify({ row_count: rows.length })}\n` : `\n${rows.length} total.\n`
  return json ? asJson(rows) : asText(rows)
}

type Row = Readonly<Record<string, string>>

function asJson(rows: readonly Row[]): string {
  return rows.length === 0 ? '{"row_count": 0}\n' : JSON.stringify({ row_count: rows.length, rows })
}

function asText(rows: readonly Row[]): string {
  const [first] = rows
  if (first === undefined) return '\n0 total.\n'
  const lines = [Object.keys(first), ...rows.map((row) => Object.values(row))].map((cells) => cells.join(','))
  return `${lines.join('\n')}\n\n${rows.length} total.\n`
}

function channelRow(channel: Channel): Row {
  const { profile, initialProfile: initial } = channel
  const codec = channel.codec ?? ''
  const rate = channel.codec === undefined ? '' : '8000'
  const bits = channel.codec === undefined ? '' : '64000'
  return {
    ...commonColumns(channel),
    application: channel.application.name,
    application_data: channel.application.data,
    dialplan: profile.dialplan,
    context: profile.context,
    read_codec: codec,
    read_rate: rate,
    read_bit_rate: bits,
    write_codec: codec,
    write_rate: rate,
    write_bit_rate: bits,
    secure: '',
    hostname: channel.hostname,
    presence_id: '',
    presence_data: '',
    accountcode: channel.variables.get('accountcode') ?? '',
    ...calleeColumns(channel),
    call_uuid: channel.listing.callUuid,
    sent_callee_name: channel.listing.sentCalleeName,
    sent_callee_num: channel.listing.sentCalleeNumber,
    initial_cid_name: initial.callerName,
    initial_cid_num: initial.callerNumber,
    initial_ip_addr: initial.networkAddress,
    initial_dest: initial.destination,
    initial_dialplan: initial.dialplan,
    initial_context: initial.context,
  }
}

function commonColumns(channel: Channel): Row {
  return {
    uuid: channel.uuid,
    direction: channel.direction,
    created: localStamp(channel.times.created),
    created_epoch: String(Math.floor(channel.times.created / 1_000_000)),
    name: channel.name,
    state: channel.state,
    cid_name: channel.profile.callerName,
    cid_num: channel.profile.callerNumber,
    ip_addr: channel.profile.networkAddress,
    dest: channel.profile.destination,
  }
}

function calleeColumns(channel: Channel): Row {
  return {
    callstate: channel.callState,
    callee_name: channel.profile.calleeName,
    callee_num: channel.profile.calleeNumber,
    callee_direction: channel.listing.calleeDirection,
  }
}

/** Calls: a bridged pair is one row, a lone channel another with nothing in the columns of its partner. */
function callRows(channels: readonly Channel[]): Row[] {
  const seconds = new Set(channels.filter(({ otherLeg, partner }) => partner && otherLeg?.type === 'originator'))
  return channels.filter((channel) => !seconds.has(channel)).map(callRow)
}

function callRow(channel: Channel): Row {
  return {
    ...callColumns(channel),
    call_uuid: channel.listing.callUuid,
    hostname: channel.hostname,
    sent_callee_name: channel.listing.sentCalleeName,
    sent_callee_num: channel.listing.sentCalleeNumber,
    ...partnerColumns(channel),
    call_created_epoch: channel.partner === undefined ? '' : String(Math.floor(channel.times.bridged / 1_000_000)),
  }
}

function callColumns(channel: Channel): Row {
  return {
    ...commonColumns(channel),
    presence_id: '',
    presence_data: '',
    accountcode: channel.variables.get('accountcode') ?? '',
    ...calleeColumns(channel),
  }
}

function partnerColumns(channel: Channel): Row {
  const filled = channel.partner === undefined ? undefined : callColumns(channel.partner)
  const columns = Object.keys(callColumns(channel)).map((column) => [`b_${column}`, filled?.[column] ?? ''])
  return {
    ...Object.fromEntries(columns),
    b_sent_callee_name: channel.partner?.listing.sentCalleeName ?? '',
    b_sent_callee_num: channel.partner?.listing.sentCalleeNumber ?? '',
  }
}
