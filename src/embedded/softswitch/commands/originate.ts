import type { Channel } from '../core/channel.ts'
import { parseDialString } from '../core/dial-string.ts'
import type { Step } from '../core/step.ts'
import type { SwitchCore } from '../core/switch-core.ts'
import { type ApiCommand, usage } from './api-command.ts'

const syntax =
  '<call url> <exten>|&<application_name>(<app_args>) [<dialplan>] [<context>] [<cid_name>] [<cid_num>] [<timeout_sec>]'

/** `originate {variables}sofia/edge/sip:user@host &application(data)`, or an extension of the dialplan. */
export const originate: ApiCommand = async ({ core, argument }) => {
  const words = splitArguments(argument)
  const [url, target, dialplan = 'XML', context = 'default', name, number, seconds] = words
  if (url === undefined || target === undefined) return usage(syntax)
  if (core.admission.pausedOutbound) return '-ERR NORMAL_TEMPORARY_FAILURE\n'
  const { variables, endpoint } = parseDialString(url)
  const outcome = await core.dial({
    variables,
    endpoint,
    callerName: variables.get('origination_caller_id_name') ?? name ?? '',
    callerNumber: variables.get('origination_caller_id_number') ?? number ?? '0000000000',
    timeoutSeconds: Number(variables.get('originate_timeout') ?? seconds ?? 60),
  })
  if (outcome.kind === 'failed') return `-ERR ${outcome.cause}\n`
  turnIdentityRound(outcome.channel)
  runExecuteOnAnswer(core, outcome.channel)
  outcome.channel.redirect(stepOf(target, { dialplan, context }))
  return `+OK ${outcome.channel.uuid}\n`
}

/**
 * Words at spaces outside single quotes, the quotes taken away (switch_separate_string). Brackets do not protect a
 * space, and a comma is protected by quotes *and* a backslash only, as the dial string is taken apart once more.
 */
export function splitArguments(text: string): string[] {
  const words: string[] = []
  let word = ''
  let quoted = false
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index)
    if (character === '\\' && text.charAt(index + 1) === "'") {
      word += "'"
      index += 1
    } else if (character === "'" && (quoted || text.includes("'", index + 1))) quoted = !quoted
    else if (character === ' ' && !quoted) {
      if (word !== '') words.push(word)
      word = ''
    } else word += character
  }
  return word === '' ? words : [...words, word]
}

/** From now on the phone is the caller's side of what follows, and what was shown to it the callee's (CALL_UPDATE). */
function turnIdentityRound(channel: Channel): void {
  const { profile } = channel
  channel.profile = {
    ...profile,
    callerName: profile.calleeName,
    callerNumber: profile.calleeNumber,
    calleeName: profile.callerName,
    calleeNumber: profile.callerNumber,
  }
  channel.logicalDirection = 'inbound'
  channel.listing.calleeDirection = 'RECV'
  channel.publish('CALL_UPDATE', [['Direction', 'RECV']])
}

function runExecuteOnAnswer(core: SwitchCore, channel: Channel): void {
  const [name, ...data] = (channel.variables.get('execute_on_answer') ?? '').split(/ |::/)
  if (!name) return
  core.logger.debug({ channel: channel.uuid, name }, 'execute_on_answer')
  channel.privateEvents.push({
    headers: new Map([
      ['call-command', 'execute'],
      ['execute-app-name', name],
      ['execute-app-arg', data.join(' ')],
    ]),
  })
}

function stepOf(target: string, { dialplan, context }: { dialplan: string; context: string }): Step {
  const application = /^&([\w-]+)(?:\((.*)\))?$/s.exec(target)
  if (application === null) return { kind: 'route', extension: target, dialplan, context }
  return { kind: 'execute', applications: [{ name: application[1] ?? '', data: application[2] ?? '' }] }
}
