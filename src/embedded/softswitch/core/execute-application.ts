import { newId } from '../../../kernel/index.ts'
import type { Channel } from './channel.ts'
import { expand } from './expand.ts'
import type { ApplicationCall } from './step.ts'
import type { SwitchCore } from './switch-core.ts'
import type { Header } from './switch-event.ts'

/**
 * Performs one application, with CHANNEL_EXECUTE before and CHANNEL_EXECUTE_COMPLETE after it. An application that
 * does not exist ends the call, as FreeSWITCH does.
 */
export async function executeApplication(
  core: SwitchCore,
  channel: Channel,
  call: ApplicationCall & { uuid?: string | undefined },
): Promise<boolean> {
  const application = core.applications.get(call.name.toLowerCase())
  if (application === undefined) {
    core.logger.error({ application: call.name, channel: channel.uuid }, 'Invalid application: the call is ended')
    channel.hangUp('DESTINATION_OUT_OF_ORDER')
    return false
  }
  const data = expand(call.data, channel, core.globals)
  const identity: Header[] = [
    ['Application', call.name],
    ['Application-Data', data],
  ]
  const uuid: Header = ['Application-UUID', call.uuid ?? newId()]
  begin(channel, call.name, data)
  channel.publish('CHANNEL_EXECUTE', [...identity, uuid])
  const response = await application({ core, channel, data })
  channel.setVariable('current_application_response', response)
  channel.publish('CHANNEL_EXECUTE_COMPLETE', [...identity, ['Application-Response', response ?? '_none_'], uuid])
  return true
}

function begin(channel: Channel, name: string, data: string): void {
  channel.privateEvents.breaking = false
  channel.application = { name, data }
  channel.setVariable('current_application', name)
  channel.setVariable('current_application_data', data)
}
