import type { Channel } from './channel.ts'
import { finalVariables } from './final-variables.ts'
import { stopRecording } from './recordings.ts'
import type { SwitchCore } from './switch-core.ts'

/** The end of a channel: signalling is told, the last events go out in FreeSWITCH's order, everything is freed. */
export async function finishChannel(core: SwitchCore, channel: Channel): Promise<void> {
  channel.privateEvents.clear()
  channel.enter('CS_HANGUP')
  channel.setCallState('HANGUP')
  channel.endpoint?.end(channel.hangupCause ?? 'NORMAL_CLEARING')
  if (channel.recordings.size > 0) await stopRecording(core, channel, 'all')
  channel.enter('CS_REPORTING')
  for (const [name, value] of finalVariables(channel)) channel.variables.set(name, value)
  channel.publish('CHANNEL_HANGUP_COMPLETE', [], { first: [['Hangup-Cause', channel.hangupCause ?? '']] })
  channel.media?.close()
  core.scheduler.cancel(channel.uuid)
  core.channels.remove(channel)
  channel.publish('CHANNEL_DESTROY')
  channel.enter('CS_DESTROY')
}
