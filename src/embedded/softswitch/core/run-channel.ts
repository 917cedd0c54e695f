import { messageOf } from '../../../kernel/index.ts'
import { afterBridge } from './after-bridge.ts'
import type { Channel } from './channel.ts'
import { executeApplication } from './execute-application.ts'
import { finishChannel } from './finish-channel.ts'
import { park } from './park.ts'
import type { ApplicationCall, Step } from './step.ts'
import type { SwitchCore } from './switch-core.ts'

/** What is left of the extension a channel is in, for when it comes back from a bridge. */
type Remaining = ApplicationCall[]

/**
 * The life of a channel: one step after the other until it is hung up, then the last events.
 * A channel with nothing left to do is hung up with NORMAL_CLEARING.
 */
export async function runChannel(core: SwitchCore, channel: Channel, first: Step): Promise<void> {
  const remaining: Remaining = []
  let step: Step | undefined = first
  try {
    while (step !== undefined && !channel.down) {
      await perform(core, channel, step, remaining)
      step = channel.takeNextStep() ?? (step.kind === 'bridge' ? { kind: 'resume' } : undefined)
    }
    channel.hangUp('NORMAL_CLEARING')
  } catch (failure) {
    core.logger.error({ channel: channel.uuid, reason: messageOf(failure) }, 'A step of a call failed: it is ended')
    channel.hangUp('DESTINATION_OUT_OF_ORDER')
  }
  await finishChannel(core, channel)
}

async function perform(core: SwitchCore, channel: Channel, step: Step, remaining: Remaining): Promise<void> {
  switch (step.kind) {
    case 'route':
      return await route(core, channel, step, remaining)
    case 'execute':
      remaining.splice(0, remaining.length, ...step.applications)
      return await execute(core, channel, remaining)
    case 'resume':
      return await execute(core, channel, remaining)
    case 'park':
      channel.enter('CS_PARK')
      return await park(core, channel)
    case 'consume':
      return await consume(channel)
    case 'bridge':
      for (const state of ['CS_HIBERNATE', 'CS_RESET', 'CS_SOFT_EXECUTE'] as const) channel.enter(state)
      await step.role.run()
      afterBridge(channel, { other: step.other, side: step.role.side })
  }
}

async function route(
  core: SwitchCore,
  channel: Channel,
  step: Step & { kind: 'route' },
  remaining: Remaining,
): Promise<void> {
  channel.state = 'CS_ROUTING'
  channel.setCallState('RINGING')
  channel.publish('CHANNEL_STATE')
  channel.profile = { ...channel.profile, destination: step.extension, dialplan: step.dialplan, context: step.context }
  const applications = find(core, channel, step)
  if (applications === undefined) {
    channel.hangUp('NO_ROUTE_DESTINATION')
    return
  }
  remaining.splice(0, remaining.length, ...applications)
  await execute(core, channel, remaining)
}

/** The dialplan's answer; with the dialplan `inline` the extension itself lists applications: `park`, `app:data,app:data`. */
function find(
  core: SwitchCore,
  channel: Channel,
  step: Step & { kind: 'route' },
): readonly ApplicationCall[] | undefined {
  if (step.dialplan.toLowerCase() !== 'inline') return core.dialplan.find(channel, step)
  return step.extension.split(',').map((entry) => {
    const [name = '', ...data] = entry.split(':')
    return { name: name.trim(), data: data.join(':') }
  })
}

async function execute(core: SwitchCore, channel: Channel, remaining: Remaining): Promise<void> {
  channel.state = 'CS_EXECUTE'
  if (channel.answered) channel.setCallState('ACTIVE')
  channel.publish('CHANNEL_STATE')
  while (channel.ready) {
    const next = remaining.shift()
    if (next === undefined) return
    await executeApplication(core, channel, next)
  }
}

async function consume(channel: Channel): Promise<void> {
  channel.enter('CS_CONSUME_MEDIA')
  while (channel.ready) await channel.awoken()
}
