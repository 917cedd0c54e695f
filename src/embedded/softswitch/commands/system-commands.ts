import { newId } from '../../../kernel/index.ts'
import { causeFrom } from '../core/causes.ts'
import { expand } from '../core/expand.ts'
import { microseconds, spokenDuration } from '../core/time.ts'
import { type ApiCommand, livingChannel, usage, wordsOf } from './api-command.ts'

const switchVersion = '1.10.12-release~64bit'

export const status: ApiCommand = ({ core }) => {
  const { now, sinceStartup, peak } = core.channels.figures
  const { sessionsPerSecond, maxSessions, pausedInbound, pausedOutbound } = core.admission
  const paused = pausedInbound || pausedOutbound ? ' is paused' : ' is ready'
  return [
    `UP ${spokenDuration(microseconds() - core.startedAt)}`,
    `FreeSWITCH (Version 1.10.12-release  64bit)${paused}`,
    `${sinceStartup} session(s) since startup`,
    `${now} session(s) - peak ${peak}, last 5min ${peak} `,
    `0 session(s) per Sec out of max ${sessionsPerSecond}, peak 0, last 5min 0 `,
    `${maxSessions} session(s) max`,
    'min idle cpu 0.00/100.00',
    'Current Stack Size/Max 240K/8192K',
    '',
  ].join('\n')
}

export const version: ApiCommand = () => `FreeSWITCH Version ${switchVersion} ( 64bit)\n`

export const uptime: ApiCommand = ({ core }) => `${Math.floor((microseconds() - core.startedAt) / 1_000_000)}\n`

export const hostname: ApiCommand = ({ core }) => core.bus.hostname

export const echo: ApiCommand = ({ argument }) => argument

export const createUuid: ApiCommand = () => newId()

export const globalGetvar: ApiCommand = ({ core, argument }) => {
  const name = argument.trim()
  if (name !== '') return core.globals.get(name) ?? ''
  return [...core.globals].map(([key, value]) => `${key}=${value}\n`).join('')
}

export const globalSetvar: ApiCommand = ({ core, argument }) => {
  const at = argument.indexOf('=')
  if (at <= 0) return usage('<var>=<value> [=<value2>]')
  const [name, [value = '', expected]] = [argument.slice(0, at).trim(), argument.slice(at + 1).split('=')]
  // The answer is the same when the variable was something else by now, and nothing is set.
  if (expected !== undefined && (core.globals.get(name) ?? '') !== expected) return '+OK'
  if (value === '') core.globals.delete(name)
  else core.globals.set(name, value)
  return '+OK'
}

/** `eval [uuid:<uuid> ]<text>`. */
export const evaluate: ApiCommand = ({ core, argument }) => {
  const match = /^uuid:(\S+) (.*)$/s.exec(argument)
  return expand(match?.[2] ?? argument, livingChannel(core, match?.[1]), core.globals)
}

export const reloadXml: ApiCommand = ({ core }) => {
  try {
    core.reloadDialplan()
    return '+OK [Success]\n'
  } catch (failure) {
    return `-ERR [${failure instanceof Error ? failure.message : String(failure)}]\n`
  }
}

/** `hupall [<cause>] [<variable> <value>]`. */
export const hupall: ApiCommand = ({ core, argument }) => {
  const [causeText, name, value] = wordsOf(argument, 3)
  const cause = causeText === undefined ? 'MANAGER_REQUEST' : causeFrom(causeText)
  for (const channel of core.channels.all()) {
    if (name === undefined || value === undefined || channel.variables.get(name) === value) channel.hangUp(cause)
  }
  if (name === undefined || value === undefined) return `+OK hangup all channels with cause ${cause}\n`
  return `+OK hangup all channels matching [${name}]=[${value}] with cause: ${cause}\n`
}

const fsctlSyntax =
  '[hupall|pause [inbound|outbound]|resume [inbound|outbound]|pause_check|shutdown|sps [<number>]|max_sessions [<number>]]'

export const fsctl: ApiCommand = (call) => {
  const [verb = '', value] = wordsOf(call.argument, 2)
  const { admission } = call.core
  switch (verb) {
    case '':
      return usage(fsctlSyntax)
    case 'pause':
    case 'resume':
      if (value !== 'outbound') admission.pausedInbound = verb === 'pause'
      if (value !== 'inbound') admission.pausedOutbound = verb === 'pause'
      return '+OK\n'
    case 'pause_check':
      return String(admission.pausedInbound && admission.pausedOutbound)
    case 'sps':
      if (Number(value) > 0) admission.sessionsPerSecond = Number(value)
      return `+OK sessions per second: ${admission.sessionsPerSecond}\n`
    case 'max_sessions':
      if (Number(value) > 0) admission.maxSessions = Number(value)
      return `+OK max sessions: ${admission.maxSessions}\n`
    case 'hupall':
      for (const channel of call.core.channels.all()) channel.hangUp('MANAGER_REQUEST')
      return '+OK\n'
    case 'shutdown':
      call.core.shutdown()
      return '+OK\n'
    default:
      return `-ERR Invalid command\nUSAGE: fsctl ${fsctlSyntax}\n`
  }
}

export const schedDel: ApiCommand = ({ core, argument }) => `+OK Deleted: ${core.scheduler.cancel(argument.trim())}\n`
