import Type from 'typebox'
import { nullable } from '../../kernel/index.ts'
import { duration, id, name, voicemailReason } from './shapes.ts'

/** Facts of voicemails and recordings. */
export const soundEvents = {
  /** A message is stored and listed. `sha256` is of the WAV file. */
  'voicemail.left': Type.Object({
    voicemailId: id,
    callId: id,
    queue: name,
    line: name,
    callerNumber: name,
    language: name,
    reason: voicemailReason,
    durationMs: duration,
    bytes: Type.Integer({ minimum: 0 }),
    sha256: name,
  }),
  /** An alarm: a message could not be recorded or stored. */
  'voicemail.failed': Type.Object({ voicemailId: id, callId: id, queue: name, callerNumber: name, reason: name }),
  /** Somebody listened, to these bytes of the WAV file. */
  'voicemail.played': Type.Object({
    voicemailId: id,
    by: name,
    firstByte: Type.Integer({ minimum: 0 }),
    lastByte: Type.Integer({ minimum: 0 }),
  }),
  'voicemail.handled': Type.Object({ voicemailId: id, queue: name, by: name }),
  'voicemail.deleted': Type.Object({ voicemailId: id, queue: name, by: name }),
  'recording.started': Type.Object({ callId: id }),
  /** What is said is not recorded, while the recording's time goes on. */
  'recording.paused': Type.Object({ callId: id, by: name }),
  'recording.resumed': Type.Object({ callId: id, by: name }),
  /** The recording is encrypted, on disk and listed. `sha256` is of the WAV file. */
  'recording.stored': Type.Object({
    callId: id,
    line: name,
    queue: nullable(name),
    agentId: nullable(name),
    durationMs: duration,
    bytes: Type.Integer({ minimum: 0 }),
    sha256: name,
    keyId: name,
    keepUntil: Type.Integer({ minimum: 0 }),
  }),
  /** An alarm: a call is not recorded, or not whole. The call itself goes on. */
  'recording.failed': Type.Object({ callId: id, line: name, reason: name }),
  /** The call was over within 3 s of its answer, before the switch could record anything of it. `talkedMs` is how long it was. */
  'recording.omitted': Type.Object({ callId: id, line: name, talkedMs: duration }),
  /** An alarm: the recording is whole but cannot be stored, and waits in the spool. It is tried again until it is stored. */
  'recording.delayed': Type.Object({ callId: id, line: name, reason: name }),
  'recording.played': Type.Object({
    callId: id,
    by: name,
    firstByte: Type.Integer({ minimum: 0 }),
    lastByte: Type.Integer({ minimum: 0 }),
  }),
  /** Sound and row are gone; `by` is null when its time was over. */
  'recording.deleted': Type.Object({ callId: id, sha256: name, by: nullable(name) }),
} as const
