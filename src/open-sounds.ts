import type { City } from './city.ts'
import type { Config } from './config.ts'
import type { Database } from './db/index.ts'
import type { EventLog } from './events/index.ts'
import type { Clock, Logger } from './kernel/index.ts'
import { Recorder, RecordingArchive, RecordingIntake, RecordingStore } from './recording/index.ts'
import { PlaybackStore, readSoundKeys, SoundPlayer, Spool, Vault } from './vault/index.ts'
import { Mailbox, VoicemailStore } from './voicemail/index.ts'

/** What is recorded: on its way from the switch, encrypted at rest, and played. */
export interface Sounds {
  readonly vault: Vault
  readonly player: SoundPlayer
  readonly voicemails: VoicemailStore
  readonly mailbox: Mailbox
  readonly recordings: RecordingStore
  readonly archive: RecordingArchive
  readonly recorder: Recorder
}

/** Builds all that has to do with recorded sound; nothing is taken up or deleted before it is started. */
export async function openSounds({
  config,
  city,
  db,
  log,
  clock,
  logger,
}: {
  config: Config
  city: City
  db: Database
  log: EventLog
  clock: Clock
  logger: Logger
}): Promise<Sounds> {
  const vault = new Vault({ folder: config.soundsDir, keys: readSoundKeys(config.soundKeys) })
  const player = new SoundPlayer({ vault, playbacks: new PlaybackStore({ db }) })
  const spool = await Spool.open({ folder: config.spoolDir, logger })
  const voicemails = new VoicemailStore({ db })
  const mailbox = new Mailbox({ spool, vault, store: voicemails, log, limits: city.voicemail, clock, logger })
  const recordings = new RecordingStore({ db })
  const keepDays = (line: string) => city.lines.get(line)?.keepRecordings ?? city.recording.keepDays
  const archive = new RecordingArchive({ vault, store: recordings, log, keepDays, clock, logger })
  const intake = new RecordingIntake({ spool, archive, log, clock, logger })
  const recorder = await Recorder.open({ spool, intake, log, clock, logger })
  return { vault, player, voicemails, mailbox, recordings, archive, recorder }
}
