/** A leg is one channel of the switch: the caller's, or an agent's phone. Its id is the channel's UUID. */
export type LegId = string

/** Why a leg ended: FreeSWITCH's name of a Q.850 cause, e.g. `NORMAL_CLEARING`, `USER_BUSY`, `NO_ANSWER`. */
export type HangupCause = string

/** A call that arrived and waits, parked, for us. */
export interface OfferedLeg {
  readonly legId: LegId
  /** The dialled number, e.g. `12345`. */
  readonly calledNumber: string
  /** The caller's number as signalled, or `anonymous`. */
  readonly callerNumber: string
  readonly callerName: string
  /** SIP Call-ID of the leg between edge and switch (RFC 3261 section 8.1.1.4). */
  readonly sipCallId: string
  /** Milliseconds since the epoch at which the switch created the channel, by our clock. */
  readonly createdAt: number
}

/** What the centre hears from a switch, in its own words. `at` is when it arrived here, milliseconds since the epoch. */
export type SwitchEvent =
  | { readonly type: 'leg.offered'; readonly leg: OfferedLeg; readonly at: number }
  | { readonly type: 'leg.ringing'; readonly legId: LegId; readonly at: number }
  | { readonly type: 'leg.answered'; readonly legId: LegId; readonly at: number }
  | { readonly type: 'leg.bridged'; readonly legId: LegId; readonly otherLegId: LegId; readonly at: number }
  /** A leg we dialled is in nothing any more, or again; one that called us is told as `leg.offered`. */
  | { readonly type: 'leg.parked'; readonly legId: LegId; readonly at: number }
  | { readonly type: 'leg.unbridged'; readonly legId: LegId; readonly at: number }
  | { readonly type: 'leg.held'; readonly legId: LegId; readonly at: number }
  | { readonly type: 'leg.retrieved'; readonly legId: LegId; readonly at: number }
  | { readonly type: 'leg.digit'; readonly legId: LegId; readonly digit: string; readonly at: number }
  /** The other party's phone sent this leg to `target` by REFER (RFC 3515); both are parked, and wait for us. */
  | { readonly type: 'leg.referred'; readonly legId: LegId; readonly target: string; readonly at: number }
  | { readonly type: 'leg.played'; readonly legId: LegId; readonly playbackId: string; readonly at: number }
  /** What a leg said is recorded: the file is closed. `recordedMs` is what the switch heard, on disk or not. */
  | {
      readonly type: 'leg.recorded'
      readonly legId: LegId
      readonly recordingId: string
      readonly recordedMs: number
      readonly at: number
    }
  | {
      readonly type: 'leg.ended'
      readonly legId: LegId
      readonly cause: HangupCause
      /** Status of the SIP response or 0 when the leg ended otherwise, e.g. 486. */
      readonly sipStatus: number
      /** The switch hung up, not the phone: because the other party did, or no sound came, or we asked for it. */
      readonly bySwitch: boolean
      readonly at: number
    }
  /** Connected, again or for the first time: what happened in between was not heard. */
  | { readonly type: 'switch.connected'; readonly channels: readonly ChannelSnapshot[]; readonly at: number }
  /** A look at the channels in the middle of a connection. */
  | { readonly type: 'switch.listed'; readonly channels: readonly ChannelSnapshot[]; readonly at: number }
  | { readonly type: 'switch.lost'; readonly reason: string; readonly at: number }

/** A channel as the switch lists it. */
export interface ChannelSnapshot {
  readonly legId: LegId
  readonly direction: 'inbound' | 'outbound'
  readonly answered: boolean
  readonly calledNumber: string
  readonly callerNumber: string
  readonly callerName: string
  readonly createdAt: number
  /** The leg it is bridged with. */
  readonly bridgedWith: LegId | undefined
}

export interface DialRequest {
  /** Chosen by us, so that the first event of the leg is already ours. */
  readonly legId: LegId
  /** User part to be dialled through the edge, e.g. an agent's extension. */
  readonly extension: string
  readonly callerNumber: string
  readonly callerName: string
  readonly timeoutSeconds: number
}

/** Who hears a leg that listens to another: nobody, the one listened to, or also those that one talks to. */
export type HeardBy = 'nobody' | 'monitored' | 'all'

/** How an attempt to reach a phone ended. A failure also comes as `leg.ended` when a channel existed. */
export type DialOutcome = { readonly kind: 'answered' } | { readonly kind: 'failed'; readonly cause: HangupCause }

/** A playback asked for: `leg.played` carries the id, also when the switch could not play; `accepted` settles first. */
export interface Playback {
  readonly playbackId: string
  readonly accepted: Promise<void>
}

/** What one leg says, as a WAV file of the switch. */
export interface RecordRequest {
  /** Absolute path as the switch sees it; the file may be there, and is then written anew. */
  readonly path: string
  /** Seconds after which it ends by itself, and seconds of silence after which it does. */
  readonly longest: number
  readonly silence: number
}

/** Whether a leg is recorded from now on. Most that are refused are of a leg that is gone, which is told right behind. */
export type RecordingOutcome = { readonly kind: 'begun' } | { readonly kind: 'refused'; readonly reason: string }

/** A recording asked for: `leg.recorded` carries the id; `accepted` settles first. */
export interface VoiceRecording {
  readonly recordingId: string
  readonly accepted: Promise<void>
}

/**
 * What the centre asks of a switch. Every command rejects with {@link SwitchUnavailable} when the switch is away or
 * does not answer within the command's time, and with {@link SwitchRefused} when it answers `-ERR`.
 */
export interface SwitchPort {
  readonly name: string
  readonly connected: boolean
  /** Stops the dialplan's absence clock: from now on the caller is ours to lose. */
  take(legId: LegId): Promise<void>
  /** As `take`, for a leg that waited without us: also ends the dialplan's own announcement and parks the leg. */
  adopt(legId: LegId): Promise<void>
  answer(legId: LegId): Promise<void>
  /** Plays the files one after the other without a pause; `leg.played` follows when the last ended or was stopped. */
  play(legId: LegId, files: readonly string[], options?: { readonly loop?: boolean }): Playback
  /** Records what the leg says until a limit, or until `stopPlaying`. A file it cannot open ends the leg (FreeSWITCH 1.10). */
  record(legId: LegId, request: RecordRequest): VoiceRecording
  /** Records both directions of a leg, left what it says and right what it hears, whatever becomes of the leg. */
  startRecording(legId: LegId, path: string): Promise<RecordingOutcome>
  /** Records silence instead of what is said, or no longer. */
  maskRecording(legId: LegId, path: string, masked: boolean): Promise<void>
  /** Closes the file; one that is closed already is no error. */
  stopRecording(legId: LegId, path: string): Promise<void>
  /** Stops what plays or is said to `record` and what is still waiting to be played on the leg. */
  stopPlaying(legId: LegId): Promise<void>
  /** Rings a phone. Resolves when it answered (the leg is parked) or finally did not. */
  dial(request: DialRequest): Promise<DialOutcome>
  /**
   * Connects two answered legs at once, whatever plays on them. Resolves when they hear each other, so that what is asked
   * next finds them joined; rejects with {@link SwitchRefused} when one of them ended instead.
   */
  bridge(legId: LegId, otherLegId: LegId): Promise<void>
  /** Takes an answered leg out of whatever it is in; it hears nothing until something is played. */
  park(legId: LegId): Promise<void>
  /** Takes two legs that are bridged with each other apart: as `park` for both. */
  part(legId: LegId, otherLegId: LegId): Promise<void>
  /**
   * Says no to the REFER that parked `referredLegId`, with a final SIP status in the NOTIFY to the phone that sent it,
   * and brings both together again. A yes needs no word: it is said when the referred leg is bridged elsewhere.
   */
  refuseRefer(referredLegId: LegId, otherLegId: LegId, sipStatus: number): Promise<void>
  /** Puts an answered leg into a conference of that name; resolves when it is in. Who is alone there hears nothing. */
  conference(legId: LegId, name: string): Promise<void>
  /**
   * An answered leg hears what another one says and hears, whatever that one is in, until it ends: then the listening
   * leg is hung up. Asked again with the same legs, it changes who hears the listener.
   */
  monitor(legId: LegId, monitoredLegId: LegId, heardBy: HeardBy): Promise<void>
  /** Ends a leg; one that rings gets CANCEL, one that is gone already is no error. */
  hangUp(legId: LegId, cause: HangupCause): Promise<void>
  /** Asks the switch to tell its events as quickly as it can; worth its cost while somebody waits. */
  hurry(wanted: boolean): void
  onEvent(listener: (event: SwitchEvent) => void): void
  start(): void
  close(): Promise<void>
}
