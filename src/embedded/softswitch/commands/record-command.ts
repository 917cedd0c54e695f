import { maskRecording, startRecording, stopRecording } from '../core/recordings.ts'
import { type ApiCommand, livingChannel, usage, wordsOf } from './api-command.ts'

const success = '+OK Success\n'
const syntax = usage('<uuid> [start|stop|mask|unmask] <path> [<limit>] [<recording_vars>]')

/** `uuid_record <uuid> start|stop|mask|unmask <path>`; `all` for every recording of the channel. */
export const uuidRecord: ApiCommand = async ({ core, argument }) => {
  const [uuid, verb, path, limit] = wordsOf(argument, 4)
  if (uuid === undefined || verb === undefined || path === undefined) return syntax
  const channel = livingChannel(core, uuid)
  if (channel === undefined) return '-ERR Cannot locate session!\n'
  switch (verb) {
    case 'start': {
      const started = await startRecording(core, channel, { path, limitSeconds: Number.parseInt(limit ?? '0', 10) })
      return started ? success : '-ERR Cannot record session!\n'
    }
    case 'stop':
      return (await stopRecording(core, channel, path)) ? success : '-ERR Cannot stop record session!\n'
    case 'mask':
    case 'unmask':
      return maskRecording(channel, path, verb === 'mask') ? success : `-ERR Cannot ${verb} recording session!\n`
    default:
      return syntax
  }
}
