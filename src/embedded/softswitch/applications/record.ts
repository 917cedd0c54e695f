import { messageOf } from '../../../kernel/index.ts'
import { frameSamples, loudness, WavWriter } from '../../rtp/index.ts'
import type { Channel } from '../core/channel.ts'
import { startRecording, stopRecording } from '../core/recordings.ts'
import type { Application, SwitchCore } from '../core/switch-core.ts'
import { waitFor } from '../core/wait-for.ts'
import type { MediaTap } from '../media/channel-media.ts'
import { openMedia, takeTerminator, terminatorTest } from './play.ts'

interface RecordArguments {
  path: string
  limitSeconds: number
  silenceThreshold: number
  silenceSeconds: number
}

/** `record <path> [<limit s>] [<silence threshold>] [<silence s>]`: what the caller says, until a key, silence or the limit. */
export const record: Application = async ({ core, channel, data }) => {
  const wanted = parseArguments(data)
  const media = await openMedia(channel)
  if (media === undefined) return undefined
  const writer = await openFile(core, wanted.path, channel.isTrue('RECORD_APPEND'))
  if (writer === undefined) {
    // FreeSWITCH does so, and asks nobody (switch_ivr_record_file).
    channel.hangUp('DESTINATION_OUT_OF_ORDER')
    return undefined
  }
  channel.publish('RECORD_START', [['Record-File-Path', wanted.path]])
  const tap = new VoiceTap(writer, wanted, () => channel.wake())
  media.addTap(tap)
  await waitForEnd(core, channel, tap)
  media.removeTap(tap)
  await writer.close().catch((failure: unknown) => {
    core.logger.error({ path: wanted.path, reason: messageOf(failure) }, 'Recording is not whole')
  })
  describe(channel, tap.samples)
  channel.publish('RECORD_STOP', [['Record-File-Path', wanted.path]])
  return undefined
}

function parseArguments(data: string): RecordArguments {
  const [path = '', limit, threshold, silence] = data.trim().split(/\s+/)
  return {
    path,
    limitSeconds: Number(limit ?? 0),
    silenceThreshold: Number(threshold ?? 200),
    silenceSeconds: Number(silence ?? 0),
  }
}

async function openFile(core: SwitchCore, path: string, append: boolean): Promise<WavWriter | undefined> {
  try {
    return await WavWriter.open(path, { channels: 1, append })
  } catch (failure) {
    core.logger.error({ path, reason: messageOf(failure) }, 'Recording cannot be written')
    return undefined
  }
}

async function waitForEnd(core: SwitchCore, channel: Channel, tap: VoiceTap): Promise<void> {
  const isTerminator = terminatorTest(channel)
  channel.setVariable('playback_terminator_used', undefined)
  await waitFor(core, channel, { finished: () => tap.ended || takeTerminator(channel, isTerminator) })
}

function describe(channel: Channel, samples: number): void {
  channel.setVariable('record_samples', String(samples))
  channel.setVariable('record_ms', String(Math.floor(samples / 8)))
  channel.setVariable('record_seconds', String(Math.floor(samples / 8000)))
  channel.setVariable('record_file_size', String(44 + samples * 2))
}

/** Writes what comes in and notices when it was silent, or went on, for too long. */
class VoiceTap implements MediaTap {
  readonly #writer: WavWriter
  readonly #limits: RecordArguments
  readonly #onEnd: () => void
  samples = 0
  ended = false
  #silentSamples = 0

  constructor(writer: WavWriter, limits: RecordArguments, onEnd: () => void) {
    this.#writer = writer
    this.#limits = limits
    this.#onEnd = onEnd
  }

  frame(received: Int16Array): void {
    if (this.ended) return
    this.#writer.write([received])
    this.samples += frameSamples
    this.#silentSamples = loudness(received) < this.#limits.silenceThreshold ? this.#silentSamples + frameSamples : 0
    if (!this.#tooLong() && !this.#tooSilent()) return
    this.ended = true
    this.#onEnd()
  }

  #tooLong(): boolean {
    return this.#limits.limitSeconds > 0 && this.samples >= this.#limits.limitSeconds * 8000
  }

  #tooSilent(): boolean {
    return this.#limits.silenceSeconds > 0 && this.#silentSamples >= this.#limits.silenceSeconds * 8000
  }
}

/** `record_session <path>`: both directions, while the call goes on. */
export const recordSession: Application = async ({ core, channel, data }) => {
  await startRecording(core, channel, { path: data.trim() })
  return undefined
}

export const stopRecordSession: Application = async ({ core, channel, data }) => {
  await stopRecording(core, channel, data.trim() || 'all')
  return undefined
}
