import { causeFrom } from './causes.ts'
import { type Channel, isTrue } from './channel.ts'
import { executeApplication } from './execute-application.ts'
import type { PrivateEvent } from './private-events.ts'
import type { SwitchCore } from './switch-core.ts'

/** A loop that ends sooner than this is not repeated: a missing file must not spin (switch_ivr_parse_event). */
const shortestLoopMs = 500

/** Does what `sendmsg` asked: `execute` an application, `loops` times, under `event-lock` if wanted, or `hangup`. */
export async function performPrivateEvent(core: SwitchCore, channel: Channel, event: PrivateEvent): Promise<void> {
  const command = event.headers.get('call-command')?.toLowerCase()
  const locked = isTrue(event.headers.get('event-lock'))
  if (locked) channel.privateEvents.lock()
  try {
    if (command === 'execute') await execute(core, channel, event)
    else if (command === 'hangup') channel.hangUp(causeFrom(event.headers.get('hangup-cause')))
    else core.logger.warn({ command, channel: channel.uuid }, 'Call command outside the subset is ignored')
  } finally {
    if (locked) channel.privateEvents.unlock()
  }
}

async function execute(core: SwitchCore, channel: Channel, { headers }: PrivateEvent): Promise<void> {
  const name = headers.get('execute-app-name')
  if (name === undefined) return
  const commands = channel.privateEvents
  const outermost = !commands.broadcasting
  commands.stopping = false
  commands.broadcasting = true
  await repeat(core, channel, {
    name,
    data: headers.get('execute-app-arg') ?? '',
    uuid: headers.get('event-uuid'),
    loops: Number(headers.get('loops') ?? 1),
  })
  if (outermost || commands.stopping) commands.broadcasting = false
  if (commands.stopping) commands.breaking = true
}

async function repeat(
  core: SwitchCore,
  channel: Channel,
  { loops, ...call }: { name: string; data: string; uuid: string | undefined; loops: number },
): Promise<void> {
  for (let loop = 0; loop < loops || loops < 0; loop += 1) {
    const begun = performance.now()
    const known = await executeApplication(core, channel, call)
    if (!known || !channel.ready || channel.privateEvents.stopping) return
    if (performance.now() - begun < shortestLoopMs) return
  }
}
