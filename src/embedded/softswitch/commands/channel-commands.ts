import { causeFrom } from '../core/causes.ts'
import type { Channel } from '../core/channel.ts'
import { channelHeaders } from '../core/channel-headers.ts'
import { readVariable } from '../core/expand.ts'
import { secondsUntil } from '../core/scheduler.ts'
import { transfer } from '../core/transfer.ts'
import { uuidBridge } from '../core/uuid-bridge.ts'
import { toJson, toPlain } from '../esl/esl-serialise.ts'
import { type ApiCommand, livingChannel, noSuchChannel, ok, usage, wordsOf } from './api-command.ts'

export const uuidExists: ApiCommand = ({ core, argument }) => String(livingChannel(core, argument.trim()) !== undefined)

export const uuidKill: ApiCommand = ({ core, argument }) => {
  const [uuid, cause] = wordsOf(argument, 2)
  if (uuid === undefined) return usage('<uuid> [cause]')
  return livingChannel(core, uuid)?.hangUp(causeFrom(cause)) ? ok : noSuchChannel
}

export const uuidAnswer: ApiCommand = async ({ core, argument }) => {
  const channel = livingChannel(core, argument.trim())
  if (channel === undefined) return '-ERROR\n'
  return channel.answered || (await channel.endpoint?.answer()) ? ok : '-ERROR\n'
}

export const uuidPreAnswer: ApiCommand = async ({ core, argument }) => {
  const channel = livingChannel(core, argument.trim())
  if (channel === undefined) return '-ERROR\n'
  return channel.media?.remote !== undefined || (await channel.endpoint?.earlyMedia()) ? ok : '-ERROR\n'
}

export const uuidBridgeCommand: ApiCommand = ({ core, argument }) => {
  const [first, second] = wordsOf(argument, 2)
  if (first === undefined || second === undefined) return usage('<uuid> <other_uuid>')
  const [a, b] = [livingChannel(core, first), livingChannel(core, second)]
  return a !== undefined && b !== undefined && uuidBridge(core, a, b) ? `+OK ${second}\n` : '-ERR Invalid uuid\n'
}

/** `uuid_break <uuid> [all]`: stops what plays; with `all` what is queued behind it, too. */
export const uuidBreak: ApiCommand = ({ core, argument }) => {
  const [uuid, flags = ''] = wordsOf(argument, 2)
  if (uuid === undefined) return usage('<uuid> [all]')
  const channel = livingChannel(core, uuid)
  if (channel === undefined) return noSuchChannel
  const both = flags.includes('both') && channel.partner !== undefined ? [channel.partner] : []
  for (const stopped of [channel, ...both]) {
    if (flags.includes('all')) stopped.privateEvents.clear()
    stopped.privateEvents.stop()
    stopped.wake()
  }
  return ok
}

/** `uuid_broadcast <uuid> <path>|<application>::<data> [aleg|bleg|both]`. */
export const uuidBroadcast: ApiCommand = ({ core, argument }) => {
  const [uuid, what, legs = 'aleg'] = wordsOf(argument, 3)
  if (uuid === undefined || what === undefined) return usage('<uuid> <path> [aleg|bleg|holdb|both]')
  const channel = livingChannel(core, uuid)
  if (channel === undefined) return '-ERR invalid uuid\n'
  const [application, data] = /^[\w-]+::/.test(what) ? split(what, '::') : (['playback', what] as const)
  const targets = legs === 'bleg' ? [channel.partner] : legs === 'both' ? [channel, channel.partner] : [channel]
  for (const target of targets) {
    const headers = new Map([
      ['call-command', 'execute'],
      ['execute-app-name', application],
      ['execute-app-arg', data],
    ])
    target?.privateEvents.push({ headers })
    target?.wake()
  }
  return '+OK Message sent\n'
}

function split(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator)
  return [text.slice(0, at), text.slice(at + separator.length)]
}

/** `uuid_transfer <uuid> [-bleg|-both] <extension> [<dialplan>] [<context>]`. */
export const uuidTransfer: ApiCommand = ({ core, argument }) => {
  const words = argument.trim().split(/\s+/)
  const flag = words[1]?.startsWith('-') ? words[1] : undefined
  const [uuid, extension, dialplan, context] = words.filter((word) => word !== flag)
  if (!uuid || !extension) return usage('<uuid> [-bleg|-both] <dest-exten> [<dialplan>] [<context>]')
  const channel = livingChannel(core, uuid)
  if (channel === undefined) return noSuchChannel
  const target = { extension, dialplan, context }
  const partner = channel.partner
  if (flag !== undefined && partner === undefined) return '-ERR Transfer failed\n'
  if (flag !== undefined && partner !== undefined) transfer(partner, target)
  if (flag !== '-bleg') transfer(channel, target)
  return ok
}

export const uuidPark: ApiCommand = ({ core, argument }) => {
  const channel = livingChannel(core, argument.trim())
  if (channel === undefined) return noSuchChannel
  channel.privateEvents.stop()
  channel.redirect({ kind: 'park' })
  return ok
}

/** `uuid_hold [off|toggle] <uuid>`. An unknown channel is no error, as in FreeSWITCH. */
export const uuidHold: ApiCommand = async ({ core, argument }) => {
  const words = argument.trim().split(/\s+/)
  const [first = '', second] = words
  if (first === '') return `${usage('[off|toggle] <uuid> [<display>]')}-ERR Operation failed\n`
  const verb = first === 'off' || first === 'toggle' ? first : 'on'
  const channel = livingChannel(core, verb === 'on' ? first : second)
  const held = verb === 'toggle' ? !channel?.held : verb === 'on'
  await channel?.endpoint?.hold(held)
  return '+OK Success\n'
}

export const uuidSetvar: ApiCommand = ({ core, argument }) => {
  const [uuid, name, value] = wordsOf(argument, 3)
  if (uuid === undefined || name === undefined) return usage('<uuid> <var> [value]')
  const channel = livingChannel(core, uuid)
  if (channel === undefined) return noSuchChannel
  channel.setVariable(name, value)
  return ok
}

/** `uuid_setvar_multi <uuid> a=1;b=2`. */
export const uuidSetvarMulti: ApiCommand = ({ core, argument }) => {
  const syntax = usage('<uuid> <var>=<value>;<var>=<value>...')
  const [uuid, list] = wordsOf(argument, 2)
  if (uuid === undefined || list === undefined) return syntax
  const channel = livingChannel(core, uuid)
  if (channel === undefined) return `${noSuchChannel}${syntax}`
  for (const entry of list.split(';')) {
    const at = entry.indexOf('=')
    if (at > 0) channel.setVariable(entry.slice(0, at), entry.slice(at + 1))
  }
  return ok
}

export const uuidGetvar: ApiCommand = ({ core, argument }) => {
  const [uuid, name] = wordsOf(argument, 2)
  if (uuid === undefined || name === undefined) return usage('<uuid> <var>')
  const channel = livingChannel(core, uuid)
  if (channel === undefined) return noSuchChannel
  return readVariable(name, channel, new Map()) ?? '_undef_'
}

export const uuidDump: ApiCommand = ({ core, argument }) => {
  const [uuid, format] = wordsOf(argument, 2)
  if (uuid === undefined) return usage('<uuid> [format]')
  const channel = livingChannel(core, uuid)
  if (channel === undefined) return noSuchChannel
  const event = core.bus.stamp({ name: 'CHANNEL_DATA', headers: channelHeaders('CHANNEL_DATA', channel) })
  return format === 'json' ? toJson(event) : `${toPlain(event)}\n`
}

/** `uuid_send_dtmf <uuid> <keys>[@<ms>]`. */
export const uuidSendDtmf: ApiCommand = ({ core, argument }) => {
  const [uuid, text] = wordsOf(argument, 2)
  if (uuid === undefined || text === undefined) return usage('<uuid> <dtmf_data>')
  const channel = livingChannel(core, uuid)
  if (channel === undefined) return '-ERR Cannot locate session!\n'
  const [keys = '', ms] = text.split('@')
  channel.endpoint?.sendDigits(keys, Number(ms ?? 250))
  return `+OK ${uuid} sent DTMF ${text}.\n`
}

const audioSyntax = usage('<uuid> [start [read|write] [mute|level <level>]|stop]')

/** `uuid_audio <uuid> start read|write mute <n>`: silences one direction; `stop` ends it. Levels are outside the subset. */
export const uuidAudio: ApiCommand = ({ core, argument }) => {
  const [uuid, verb, direction, what, level = '1'] = argument.trim().split(/\s+/)
  const media = livingChannel(core, uuid)?.media
  if (media === undefined) return audioSyntax
  if (verb === 'stop') {
    media.mute('read', false)
    media.mute('write', false)
    return ok
  }
  if (verb !== 'start' || (direction !== 'read' && direction !== 'write') || what !== 'mute') return audioSyntax
  media.mute(direction, level !== '0')
  return ok
}

export const uuidDeflect: ApiCommand = async ({ core, argument }) => {
  const [uuid, uri] = wordsOf(argument, 2)
  if (uuid === undefined || uri === undefined) return usage('<uuid> <uri>')
  const channel = livingChannel(core, uuid)
  return channel === undefined
    ? `-ERR No such channel ${uuid}!\n`
    : ((await channel.endpoint?.deflect(uri)) ?? '-ERR\n')
}

/** `sched_hangup [+]<time> <uuid> [<cause>]`. */
export const schedHangup: ApiCommand = ({ core, argument }) => {
  const [time, uuid, cause] = wordsOf(argument, 3)
  if (time === undefined || uuid === undefined) return usage('[+]<time> <uuid> [<cause>]')
  const channel = livingChannel(core, uuid)
  if (channel === undefined) return noSuchChannel
  const seconds = secondsUntil(time)
  const end = (): boolean => channel.hangUp(cause === undefined ? 'ALLOTTED_TIMEOUT' : causeFrom(cause))
  if (seconds === 0) end()
  else schedule(core.scheduler, { seconds, channel, description: 'switch_ivr_schedule_hangup' }, end)
  return ok
}

/** `sched_transfer [+]<time> <uuid> <extension> [<dialplan>] [<context>]`. */
export const schedTransfer: ApiCommand = ({ core, argument }) => {
  const [time, uuid, extension, dialplan, context] = argument.trim().split(/\s+/)
  if (!time || !uuid || !extension) return usage('[+]<time> <uuid> <extension> [<dialplan>] [<context>]')
  const channel = livingChannel(core, uuid)
  if (channel === undefined) return noSuchChannel
  const about = { seconds: secondsUntil(time), channel, description: 'switch_ivr_schedule_transfer' }
  schedule(core.scheduler, about, () => transfer(channel, { extension, dialplan, context }))
  return ok
}

function schedule(
  scheduler: { add(task: { seconds: number; group: string; description: string }, run: () => void): number },
  { seconds, channel, description }: { seconds: number; channel: Channel; description: string },
  run: () => void,
): void {
  scheduler.add({ seconds, group: channel.uuid, description }, run)
}
