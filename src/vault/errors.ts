import { HotlineError } from '../kernel/index.ts'

/** A file that is no sound we can keep: no WAV, of another format, empty. */
export class SoundUnusable extends HotlineError {
  readonly code = 'sound-unusable'
  readonly status = 500
}

/** A sealed file that cannot be opened: its key is not configured, or its content was changed or cut short. */
export class SoundSealed extends HotlineError {
  readonly code = 'sound-sealed'
  readonly status = 500
}
