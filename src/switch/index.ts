/** All that the centre knows of a media switch: the port it commands and hears, and FreeSWITCH as the one behind it. */
export { SwitchRefused, SwitchUnavailable, UnsafeSwitchText } from './errors.ts'
export { FreeSwitchPort, type FreeSwitchPortOptions } from './freeswitch/freeswitch-port.ts'
export type {
  ChannelSnapshot,
  DialOutcome,
  DialRequest,
  HangupCause,
  HeardBy,
  LegId,
  OfferedLeg,
  Playback,
  RecordRequest,
  SwitchEvent,
  SwitchPort,
  VoiceRecording,
} from './switch-port.ts'
