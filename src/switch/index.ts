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
