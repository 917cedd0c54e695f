/** What a client of the event socket can ask of the stand-in by `api` and `bgapi`. */

import { messageOf } from '../../../kernel/index.ts'
import { expand } from '../core/expand.ts'
import type { SwitchCore } from '../core/switch-core.ts'
import { type ApiCommand, wordsOf } from './api-command.ts'
import {
  schedHangup,
  schedTransfer,
  uuidAnswer,
  uuidAudio,
  uuidBreak,
  uuidBridgeCommand,
  uuidBroadcast,
  uuidDeflect,
  uuidDump,
  uuidExists,
  uuidGetvar,
  uuidHold,
  uuidKill,
  uuidPark,
  uuidPreAnswer,
  uuidSendDtmf,
  uuidSetvar,
  uuidSetvarMulti,
  uuidTransfer,
} from './channel-commands.ts'
import { conference } from './conference-command.ts'
import { originate } from './originate.ts'
import { uuidRecord } from './record-command.ts'
import { show } from './show.ts'
import {
  createUuid,
  echo,
  evaluate,
  fsctl,
  globalGetvar,
  globalSetvar,
  hostname,
  hupall,
  reloadXml,
  schedDel,
  status,
  uptime,
  version,
} from './system-commands.ts'

/** Every api command of the subset, by name; `standin` is added where the event socket is made. */
export const apiCommands: ReadonlyMap<string, ApiCommand> = new Map<string, ApiCommand>([
  ['status', status],
  ['version', version],
  ['uptime', uptime],
  ['hostname', hostname],
  ['switchname', hostname],
  ['echo', echo],
  ['show', show],
  ['originate', originate],
  ['create_uuid', createUuid],
  ['uuid_exists', uuidExists],
  ['uuid_answer', uuidAnswer],
  ['uuid_pre_answer', uuidPreAnswer],
  ['uuid_bridge', uuidBridgeCommand],
  ['uuid_kill', uuidKill],
  ['uuid_break', uuidBreak],
  ['uuid_broadcast', uuidBroadcast],
  ['uuid_transfer', uuidTransfer],
  ['uuid_park', uuidPark],
  ['uuid_hold', uuidHold],
  ['uuid_setvar', uuidSetvar],
  ['uuid_setvar_multi', uuidSetvarMulti],
  ['uuid_getvar', uuidGetvar],
  ['uuid_dump', uuidDump],
  ['uuid_send_dtmf', uuidSendDtmf],
  ['uuid_record', uuidRecord],
  ['uuid_audio', uuidAudio],
  ['uuid_deflect', uuidDeflect],
  ['sched_del', schedDel],
  ['sched_hangup', schedHangup],
  ['sched_transfer', schedTransfer],
  ['global_getvar', globalGetvar],
  ['global_setvar', globalSetvar],
  ['eval', evaluate],
  ['expand', (call) => expandCommand(call)],
  ['reloadxml', reloadXml],
  ['hupall', hupall],
  ['fsctl', fsctl],
  ['conference', conference],
])

/** `expand <command> <arguments>`: the arguments were expanded like those of every command, and name another one. */
const expandCommand: ApiCommand = ({ core, argument, asker }) => {
  if (argument === '') return '-ERR No input\n'
  const [command = '', rest = ''] = wordsOf(argument, 2)
  const known = apiCommands.get(command.toLowerCase())
  return known ? known({ core, argument: rest, asker }) : 'INVALID COMMAND!\n-ERR Cannot execute command\n'
}

/** Runs one command and tells the event bus, as FreeSWITCH does with an API event. Never rejects. */
export async function runApiCommand(
  core: SwitchCore,
  commands: ReadonlyMap<string, ApiCommand>,
  { command, argument, asker }: { command: string; argument: string; asker: unknown },
): Promise<string> {
  const known = commands.get(command.toLowerCase())
  if (known === undefined) return `-ERR ${command} Command not found!\n`
  const about = argument === '' ? [] : [['API-Command-Argument', argument] as const]
  core.bus.publish({ name: 'API', headers: [['API-Command', command], ...about] })
  try {
    // FreeSWITCH expands the argument against the globals first (fsctl api_expansion, on by default).
    return await known({ core, argument: expand(argument, undefined, core.globals), asker })
  } catch (failure) {
    core.logger.error({ command, reason: messageOf(failure) }, 'Api command failed')
    return `-ERR ${command} failed\n`
  }
}
