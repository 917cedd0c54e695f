import { HotlineError } from '../kernel/index.ts'

export class UnknownVoicemail extends HotlineError {
  readonly code = 'voicemail-unknown'
  readonly status = 404
}

export class VoicemailHandled extends HotlineError {
  readonly code = 'voicemail-handled'
  readonly status = 409
}

/** The disk holds less than the caller said. */
export class MessageCutShort extends HotlineError {
  readonly code = 'voicemail-cut-short'
  readonly status = 500
}
