import { causeFrom, causeOfSipStatus } from '../core/causes.ts'
import { park } from '../core/park.ts'
import { acknowledgeRefer } from '../core/refer.ts'
import { secondsUntil } from '../core/scheduler.ts'
import type { Application } from '../core/switch-core.ts'
import { transfer } from '../core/transfer.ts'
import { uuidBridge } from '../core/uuid-bridge.ts'
import { waitFor } from '../core/wait-for.ts'

export const answer: Application = async ({ channel }) => {
  if (!channel.answered) await channel.endpoint?.answer()
  return undefined
}

export const preAnswer: Application = async ({ channel }) => {
  if (channel.media?.remote === undefined) await channel.endpoint?.earlyMedia()
  return undefined
}

export const ringReady: Application = ({ channel }) => {
  channel.endpoint?.ring()
  return undefined
}

export const hangup: Application = ({ channel, data }) => {
  channel.hangUp(causeFrom(data))
  return undefined
}

/** `respond 404 Not Found`: refuses a caller with this very SIP status. */
export const respond: Application = ({ channel, data }) => {
  const [code = '', ...phrase] = data.trim().split(/\s+/)
  const status = { code: Number(code), phrase: phrase.join(' ') }
  const cause = causeOfSipStatus(status.code)
  if (channel.hangUp(cause) && !channel.times.answered) channel.endpoint?.end(cause, status)
  return undefined
}

export const parkApplication: Application = async ({ core, channel }) => {
  await park(core, channel)
  return undefined
}

export const sleep: Application = async ({ core, channel, data }) => {
  let over = false
  const timer = setTimeout(() => {
    over = true
    channel.wake()
  }, Number(data) || 0)
  await waitFor(core, channel, { finished: () => over })
  clearTimeout(timer)
  return undefined
}

/** `transfer <extension> [<dialplan>] [<context>]`. */
export const transferApplication: Application = ({ channel, data }) => {
  const [extension = '', dialplan, context] = data.trim().split(/\s+/)
  transfer(channel, { extension, dialplan, context })
  return undefined
}

/** `blind_transfer_ack true|false`: what came of the REFER that sent this channel here. */
export const blindTransferAck: Application = ({ channel, data }) => {
  acknowledgeRefer(channel, data.trim() === 'true')
  return undefined
}

/** `intercept <uuid>`: talks with that channel, whatever it does. */
export const intercept: Application = ({ core, channel, data }) => {
  const other = core.channels.get(data.trim())
  if (other !== undefined) uuidBridge(core, other, channel)
  return undefined
}

/** `sched_transfer [+]<time> <extension> [<dialplan>] [<context>]`. */
export const schedTransfer: Application = ({ core, channel, data }) => {
  const [time = '', extension = '', dialplan, context] = data.trim().split(/\s+/)
  const task = { seconds: secondsUntil(time), group: channel.uuid, description: 'switch_ivr_schedule_transfer' }
  const id = core.scheduler.add(task, () => transfer(channel, { extension, dialplan, context }))
  channel.setVariable('last_sched_id', String(id))
  return undefined
}

/** `sched_hangup [+]<time> [<cause>]`. */
export const schedHangup: Application = ({ core, channel, data }) => {
  const [time = '', cause] = data.trim().split(/\s+/)
  const task = { seconds: secondsUntil(time), group: channel.uuid, description: 'switch_ivr_schedule_hangup' }
  const id = core.scheduler.add(task, () => channel.hangUp(cause ? causeFrom(cause) : 'ALLOTTED_TIMEOUT'))
  channel.setVariable('last_sched_id', String(id))
  return undefined
}

/** `send_dtmf <keys>[@<ms>]`. */
export const sendDtmf: Application = ({ channel, data }) => {
  const [keys = '', ms] = data.trim().split('@')
  channel.endpoint?.sendDigits(keys, Number(ms ?? 250))
  return undefined
}

export const log: Application = ({ core, channel, data }) => {
  core.logger.info({ channel: channel.uuid }, data)
  return undefined
}
