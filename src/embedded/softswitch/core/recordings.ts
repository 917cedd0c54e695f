import { rm } from 'node:fs/promises'
import { messageOf } from '../../../kernel/index.ts'
import { Recorder } from '../media/recorder.ts'
import type { Channel } from './channel.ts'
import type { SwitchCore } from './switch-core.ts'

/** Records both directions of a channel. False when it has no audio, the file is recorded already or cannot be written. */
export async function startRecording(
  core: SwitchCore,
  channel: Channel,
  { path, limitSeconds = 0 }: { path: string; limitSeconds?: number },
): Promise<boolean> {
  if (channel.media === undefined || channel.recordings.has(path)) return false
  const recorder = await open(core, channel, path)
  if (recorder === undefined) return false
  if (channel.down) {
    // It hung up while the file was opened, and nobody else would close it.
    await close(core, recorder)
    await discardEmpty(core, channel, recorder)
    return false
  }
  channel.recordings.set(path, recorder)
  channel.media.addTap(recorder)
  channel.publish('RECORD_START', [['Record-File-Path', path]])
  if (limitSeconds > 0) {
    const task = { seconds: limitSeconds, group: channel.uuid, description: 'limit of a recording' }
    core.scheduler.add(task, () => void stopRecording(core, channel, path))
  }
  return true
}

async function open(core: SwitchCore, channel: Channel, path: string): Promise<Recorder | undefined> {
  try {
    const [stereo, append] = [channel.isTrue('RECORD_STEREO'), channel.isTrue('RECORD_APPEND')]
    return await Recorder.open({ path, stereo, append })
  } catch (failure) {
    core.logger.error({ path, reason: messageOf(failure) }, 'Recording cannot be written')
    return undefined
  }
}

/** Ends one recording, or `all`. False when there is none. */
export async function stopRecording(core: SwitchCore, channel: Channel, path: string): Promise<boolean> {
  const recorders = [...channel.recordings.values()].filter((recorder) => path === 'all' || recorder.path === path)
  for (const recorder of recorders) await finish(core, channel, recorder)
  return recorders.length > 0
}

async function finish(core: SwitchCore, channel: Channel, recorder: Recorder): Promise<void> {
  channel.recordings.delete(recorder.path)
  channel.media?.removeTap(recorder)
  await close(core, recorder)
  channel.setVariable('record_samples', String(recorder.samples))
  channel.setVariable('record_ms', String(Math.floor(recorder.samples / 8)))
  channel.setVariable('record_seconds', String(Math.floor(recorder.samples / 8000)))
  const isEmpty = await discardEmpty(core, channel, recorder)
  channel.publish('RECORD_STOP', [
    ['Record-File-Path', recorder.path],
    ['Record-Completion-Cause', isEmpty ? 'empty-file' : 'success-maxtime'],
  ])
}

async function close(core: SwitchCore, recorder: Recorder): Promise<void> {
  try {
    await recorder.close()
  } catch (failure) {
    core.logger.error({ path: recorder.path, reason: messageOf(failure) }, 'Recording is not whole')
  }
}

/** A file into which nothing was written is removed, as FreeSWITCH does it; not one that was to be continued. */
async function discardEmpty(core: SwitchCore, channel: Channel, recorder: Recorder): Promise<boolean> {
  if (recorder.samples > 0 || channel.isTrue('RECORD_APPEND')) return false
  channel.setVariable('RECORD_DISCARDED', 'true')
  await rm(recorder.path, { force: true }).catch((failure: unknown) =>
    core.logger.error({ path: recorder.path, reason: messageOf(failure) }, 'Recording cannot be removed'),
  )
  return true
}

/** Silences or unsilences one recording, or `all`. False when there is none. */
export function maskRecording(channel: Channel, path: string, masked: boolean): boolean {
  const recorders = [...channel.recordings.values()].filter((recorder) => path === 'all' || recorder.path === path)
  for (const recorder of recorders) recorder.mask(masked)
  return recorders.length > 0
}
