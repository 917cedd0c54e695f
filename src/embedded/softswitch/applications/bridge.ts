import { afterBridge } from '../core/after-bridge.ts'
import { Bridge } from '../core/bridge.ts'
import type { Cause } from '../core/causes.ts'
import type { Channel } from '../core/channel.ts'
import { parseDialString } from '../core/dial-string.ts'
import type { Application, DialOutcome, SwitchCore } from '../core/switch-core.ts'

/** `bridge {variables}sofia/edge/sip:…`: dials, and lets both talk once somebody answered. */
export const bridge: Application = async ({ core, channel, data }) => {
  const outcome = await dial(core, channel, data)
  if (outcome.kind === 'failed') {
    if (channel.ready) afterFailure(channel, outcome.cause)
    return undefined
  }
  await talk(core, channel, outcome.channel)
  return undefined
}

async function dial(core: SwitchCore, channel: Channel, data: string): Promise<DialOutcome> {
  const { endpoint, variables } = parseDialString(data)
  const own = (name: string): string | undefined => channel.variables.get(name)
  const exported = (own('export_vars') ?? '').split(',').flatMap((name): [string, string][] => {
    const value = channel.variables.get(name)
    return value === undefined ? [] : [[name, value]]
  })
  return await core.dial({
    variables: new Map([...exported, ...variables]),
    endpoint,
    callerName: own('effective_caller_id_name') ?? channel.profile.callerName,
    callerNumber: own('effective_caller_id_number') ?? channel.profile.callerNumber,
    timeoutSeconds: Number(variables.get('originate_timeout') ?? own('originate_timeout') ?? own('call_timeout') ?? 60),
    onBehalfOf: channel,
  })
}

async function talk(core: SwitchCore, channel: Channel, other: Channel): Promise<void> {
  const open = other.answered ? channel.endpoint?.answer() : channel.endpoint?.earlyMedia()
  if (!channel.answered) await open
  const pair = new Bridge({ core, originator: channel, originatee: other, byUuid: false })
  other.redirect({ kind: 'bridge', role: pair.role('originatee'), other: channel })
  await pair.role('originator').run()
  afterBridge(channel, { other, side: 'originator' })
}

/** What a failed dial means for the caller (switch_channel_handle_cause): ended, unless `continue_on_fail` forgives it. */
function afterFailure(channel: Channel, cause: Cause): void {
  channel.setVariable('originate_disposition', cause)
  const forgiven = channel.variables.get('continue_on_fail')
  const listed = (forgiven ?? '').toUpperCase().split(',').includes(cause)
  const usual = forgiven === undefined && ['NO_ANSWER', 'NO_USER_RESPONSE', 'ORIGINATOR_CANCEL'].includes(cause)
  if (!usual && !listed && !channel.isTrue('continue_on_fail')) channel.hangUp(cause)
}
