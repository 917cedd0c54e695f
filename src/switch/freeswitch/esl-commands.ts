import { isBrowserPhone } from '../../kernel/index.ts'
import { UnsafeSwitchText } from '../errors.ts'
import type { DialRequest, HangupCause, HeardBy, LegId, RecordRequest } from '../switch-port.ts'

/**
 * The one place where text becomes an ESL command. A command is a branded string, so nothing else compiles; every
 * value from outside passes `token`, `variableText` or `filePath` here.
 */
export type EslCommand = string & { readonly __esl: 'command' }

/** An application to run on a channel by `sendmsg`. */
export interface EslExecute {
  readonly legId: LegId
  readonly application: string
  readonly argument: string
}

const command = (text: string): EslCommand => {
  if (/[\r\n\0]/.test(text)) throw new UnsafeSwitchText('an ESL command contains a line break or NUL')
  return text as EslCommand
}

/** A UUID, an extension, a cause: letters, digits, and `_ - + . *`. Anything else is refused. */
function token(value: string, what: string): string {
  if (!/^[A-Za-z0-9_+.*-]{1,128}$/.test(value)) {
    throw new UnsafeSwitchText(`${what} ${JSON.stringify(value.slice(0, 40))} contains a character that is not allowed`)
  }
  return value
}

/**
 * Text for a channel variable of originate. FreeSWITCH splits at commas, unquotes, expands `${}` and changes its
 * separator by `^^:`; what could take part in any of that is dropped: this text is a display name, not data.
 */
export function variableText(value: string): string {
  const plain = value.replace(/[\p{C}'"`\\,;:{}[\]()<>$^=|&%~!@#*]/gu, '')
  // 64 units of UTF-16, and no half of a pair at the end.
  return plain
    .trim()
    .slice(0, 64)
    .replace(/[\ud800-\udbff]$/, '')
}

/** A caller's number as it may be shown: digits with an optional `+`, else `anonymous`. */
export function shownNumber(value: string): string {
  return /^\+?[0-9*#]{1,32}$/.test(value) ? value : 'anonymous'
}

/** An absolute path of a prompt or a recording. `!` separates files in `file_string://`, braces open parameters. */
function filePath(value: string): string {
  if (!/^\/[\p{L}\p{N}/ _.+-]{1,512}$/u.test(value)) {
    throw new UnsafeSwitchText(`sound path ${JSON.stringify(value.slice(0, 80))} must be absolute and plain`)
  }
  return value
}

/** As above, in a command that ends at a space. */
function recordingPath(value: string): string {
  const path = filePath(value)
  if (path.includes(' ')) throw new UnsafeSwitchText(`recording path ${JSON.stringify(path)} contains a space`)
  return path
}

export function fileString(files: readonly string[]): string {
  const paths = files.map(filePath)
  return paths.length === 1 && paths[0] !== undefined ? paths[0] : `file_string://${paths.join('!')}`
}

/**
 * What a command does, for messages: its first word or two, without numbers of callers and without the condition that
 * {@link eslCommands.fenced} puts around it.
 */
export function verb(command: string): string {
  const plain = command.replace(/expand expand \$\{cond\(.*? \? (\S+) : .*?\)\}/, '$1')
  return plain.split(' ').slice(0, 2).join(' ').slice(0, 40)
}

export interface OriginateRoute {
  /** Profile of mod_sofia the INVITE leaves by. */
  readonly profile: string
  /** host:port of the SIP edge. */
  readonly edge: string
}

/** A global variable of the switch: whose commands it obeys. */
const epochVariable = 'yihao_epoch'
/** What a switch answers to commands of an epoch that is over. */
export const fencedOff = '-ERR fenced off'

const answerTimeouts = 'media_timeout=120000,media_hold_timeout=1800000'

export const eslCommands = {
  readEpoch: () => command(`global_getvar ${epochVariable}`),
  /** Sets the epoch if it is still what it was read as; FreeSWITCH does both in one step, and says "+OK" in any case. */
  claimEpoch: (epoch: number, before: string) =>
    command(`global_setvar ${epochVariable}=${Math.trunc(epoch)}${before === '' ? '' : `=${token(before, 'epoch')}`}`),
  /** The command, performed if the switch still obeys this epoch; it is compared in the moment of performing. */
  fenced(wanted: EslCommand, epoch: number): EslCommand {
    // What is in a command of ours is expanded by nobody else, so nothing in it may look like a variable.
    if (wanted.includes('$')) throw new UnsafeSwitchText('an ESL command contains a dollar sign')
    const [name = '', ...rest] = wanted.split(' ')
    const condition = `\${cond(\${${epochVariable}} == ${Math.trunc(epoch)} ? ${name} : echo ${fencedOff})}`
    // The inner one performs what the outer one made of its arguments: FreeSWITCH does not expand the name of a command.
    return command(['expand expand', condition, ...rest].join(' '))
  },
  showChannels: () => command('show channels as json'),
  cancelSchedule: (legId: LegId) => command(`sched_del ${token(legId, 'leg id')}`),
  answer: (legId: LegId) => command(`uuid_answer ${token(legId, 'leg id')}`),
  stopPlaying: (legId: LegId) => command(`uuid_break ${token(legId, 'leg id')} all`),
  bridge: (legId: LegId, otherLegId: LegId) =>
    command(`uuid_bridge ${token(legId, 'leg id')} ${token(otherLegId, 'leg id')}`),
  hangUp: (legId: LegId, cause: HangupCause) =>
    command(`uuid_kill ${token(legId, 'leg id')} ${token(cause, 'hang-up cause')}`),
  /** Keys that one presses reach the others: a branch may have a menu. */
  conference: (legId: LegId, name: string) =>
    command(
      `uuid_transfer ${token(legId, 'leg id')} conference:${token(name, 'conference')}@hotline+flags{dist-dtmf} inline`,
    ),
  /**
   * `eavesdrop` on the monitored leg, which is its A leg: what that one says is mixed for "aleg", what it hears for
   * "bleg". The keys of the listener's phone are kept from changing it, so that every change is a command of ours.
   */
  monitor(legId: LegId, monitoredLegId: LegId, heardBy: HeardBy) {
    const applications = [
      'set:eavesdrop_enable_dtmf=false',
      `set:eavesdrop_whisper_aleg=${heardBy === 'all'}`,
      `set:eavesdrop_whisper_bleg=${heardBy !== 'nobody'}`,
      `eavesdrop:${token(monitoredLegId, 'leg id')}`,
    ].join(',')
    return command(`uuid_transfer ${token(legId, 'leg id')} ${applications} inline`)
  },
  conferenceMembers: (name: string) => command(`conference ${token(name, 'conference')} list`),
  park: (legId: LegId) => command(`uuid_park ${token(legId, 'leg id')}`),

  /** The leg's next park is no REFER any more. */
  forgetRefer: (legId: LegId) => command(`uuid_setvar ${token(legId, 'leg id')} yihao_refer_to`),
  /** A leg that sent a REFER is parked with a time-out, and FreeSWITCH forgets with it that the leg stays after a bridge. */
  staysAfterBridge: (legId: LegId) => command(`uuid_setvar ${token(legId, 'leg id')} park_after_bridge true`),
  /** What FreeSWITCH puts into the NOTIFY when the REFER is refused. */
  referStatus: (legId: LegId, sipStatus: number) =>
    command(`uuid_setvar ${token(legId, 'leg id')} sip_invite_failure_status ${Math.trunc(sipStatus)}`),
  refuseRefer: (legId: LegId): EslExecute => ({
    legId: token(legId, 'leg id'),
    application: 'blind_transfer_ack',
    argument: 'false',
  }),

  /**
   * FreeSWITCH reads this when a recording begins. Two channels; and written by the leg's own thread: a thread for the recording
   * holds a leg for ever that hangs up in the 10 ms in which the two threads meet (`record_callback` in switch_ivr_async.c,
   * 1.10.12).
   */
  recordsInStereo: (legId: LegId) =>
    command(`uuid_setvar_multi ${token(legId, 'leg id')} RECORD_STEREO=true;RECORD_USE_THREAD=false`),
  recordCall: (legId: LegId, verb: 'start' | 'stop' | 'mask' | 'unmask', path: string) =>
    command(`uuid_record ${token(legId, 'leg id')} ${verb} ${recordingPath(path)}`),

  originate({ legId, extension, callerNumber, callerName, timeoutSeconds }: DialRequest, route: OriginateRoute) {
    const number = shownNumber(callerNumber)
    const variables = [
      `origination_uuid=${token(legId, 'leg id')}`,
      `origination_caller_id_number=${number}`,
      `origination_caller_id_name='${variableText(callerName) || number}'`,
      `originate_timeout=${Math.max(1, Math.trunc(timeoutSeconds))}`,
      // Early media of a phone must not count as an answer: the citizen would hear a ring tone as a person.
      'ignore_early_media=true',
      'hangup_after_bridge=false',
      'park_after_bridge=true',
      // As in dialplans/: whoever is left over by a bridge that did not come about is parked, not hung up.
      'uuid_bridge_park_on_cancel=true',
      // A REFER of this phone is answered when we know what came of it; the other's REFER leaves it to us (dialplans/).
      'confirm_blind_transfer=true',
      'force_transfer_context=referred',
      'force_transfer_dialplan=XML',
      // One with Replaces would be carried out by FreeSWITCH itself.
      'deny_refer_requests=true',
      // A parked phone is sent silence: a whisper is mixed into what is sent, so there must be something.
      'send_silence_when_idle=-1',
      answerTimeouts,
      // A browser takes WebRTC's media only: keys by DTLS, addresses by ICE (RFC 8827, RFC 8445).
      ...(isBrowserPhone(extension) ? ['media_webrtc=true'] : []),
    ].join(',')
    const edge = edgeAddress(route.edge)
    // drachtio-server writes one Record-Route, of the callee's side, and a WebSocket is no way for a switch: what follows in
    // the dialog goes where the INVITE went, whatever the route says.
    const path = isBrowserPhone(extension) ? `;fs_path=sip:${edge}` : ''
    const target = `sofia/${token(route.profile, 'profile')}/sip:${token(extension, 'extension')}@${edge}${path}`
    return command(`originate {${variables}}${target} &park()`)
  },

  /** `loop` repeats the files until stopped. */
  playback(legId: LegId, files: readonly string[], { loop = false } = {}): EslExecute {
    return {
      legId: token(legId, 'leg id'),
      application: loop ? 'endless_playback' : 'playback',
      argument: fileString(files),
    }
  },

  record(legId: LegId, { path, longest, silence }: RecordRequest): EslExecute {
    const limits = [longest, silenceBelow, silence].map((limit) => Math.max(1, Math.trunc(limit)))
    return {
      legId: token(legId, 'leg id'),
      application: 'record',
      argument: [recordingPath(path), ...limits].join(' '),
    }
  },
}

/** Mean amplitude below which a caller counts as silent; FreeSWITCH's own default for recordings. */
const silenceBelow = 200

function edgeAddress(value: string): string {
  if (!/^[A-Za-z0-9.-]+:\d{1,5}$/.test(value)) throw new UnsafeSwitchText(`edge address ${JSON.stringify(value)}`)
  return value
}
