import type { Channel } from './channel.ts'
import { localStamp } from './time.ts'

/** The variables of a call detail record, set just before CHANNEL_HANGUP_COMPLETE (switch_channel_set_timestamps). */
export function finalVariables(channel: Channel): [string, string][] {
  return [...stamps(channel), ...durations(channel), ...mediaFigures(channel)]
}

function stamps({ times, profile }: Channel): [string, string][] {
  const moments: [string, number][] = [
    ['start', times.created],
    ['profile_start', profile.createdAt],
    ['answer', times.answered],
    ['bridge', times.bridged],
    ['progress', times.progress],
    ['progress_media', times.progressMedia],
    ['end', times.hungUp],
  ]
  const known = moments.filter(([, at]) => at > 0)
  return [
    ...known.map(([name, at]): [string, string] => [`${name}_stamp`, localStamp(at)]),
    ...moments.flatMap(([name, at]): [string, string][] => [
      [`${name}_epoch`, String(Math.floor(at / 1_000_000))],
      [`${name}_uepoch`, String(at)],
    ]),
    ['last_hold_epoch', String(Math.floor(times.lastHold / 1_000_000))],
    ['last_hold_uepoch', String(times.lastHold)],
    ['hold_accum_seconds', String(Math.floor(times.holdAccumulated / 1_000_000))],
    ['hold_accum_usec', String(times.holdAccumulated)],
    ['hold_accum_ms', String(Math.floor(times.holdAccumulated / 1000))],
  ]
}

function durations(channel: Channel): [string, string][] {
  const { created, answered, progress, progressMedia, bridged, hungUp } = channel.times
  const since = (from: number, to: number): number => (from > 0 && to > 0 ? to - from : 0)
  const spans: [name: string, micros: number][] = [
    ['duration', since(created, hungUp)],
    ['billsec', since(answered, hungUp)],
    ['progresssec', since(created, progress)],
    ['answersec', since(created, answered)],
    ['waitsec', since(created, bridged)],
    ['progress_mediasec', since(created, progressMedia)],
  ]
  return [
    ['last_app', channel.variables.get('current_application') ?? ''],
    ['last_arg', channel.variables.get('current_application_data') ?? ''],
    ['caller_id', `"${channel.profile.callerName}" <${channel.profile.callerNumber}>`],
    ...spans.flatMap(([name, micros]) => inAllUnits(name, micros)),
  ]
}

/** `billsec`, `billmsec`, `billusec`; and `duration`, `mduration`, `uduration`. */
function inAllUnits(name: string, micros: number): [string, string][] {
  const stem = name.replace(/sec$/, '')
  const names = stem === name ? [name, `m${name}`, `u${name}`] : [name, `${stem}msec`, `${stem}usec`]
  const values = [Math.floor(micros / 1_000_000), Math.floor(micros / 1000), micros]
  return names.map((unit, index) => [unit, String(values[index])])
}

function mediaFigures({ media }: Channel): [string, string][] {
  if (media === undefined) return []
  const { received, lost, late, sent } = media.stats
  return [
    ['rtp_audio_in_packet_count', String(received)],
    ['rtp_audio_in_skip_packet_count', String(late)],
    ['rtp_audio_in_flaw_total', String(lost)],
    ['rtp_audio_out_packet_count', String(sent)],
  ]
}
