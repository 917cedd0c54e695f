import type { Generated, GeneratedAlways, Kysely } from 'kysely'
import type { Database, DatabaseSchema } from '../db/index.ts'

/** The table of migration 0006: nobody but this store uses it. */
type PlaybackTables = {
  playbacks: {
    number: GeneratedAlways<number>
    kind: 'voicemail' | 'recording'
    subject: string
    played_by: string
    played_at: Generated<Date>
    first_byte: number
    last_byte: number
  }
}

export interface Playback {
  readonly kind: 'voicemail' | 'recording'
  /** The id of the voicemail, or of the recorded call. */
  readonly subject: string
  readonly by: string
  readonly first: number
  readonly last: number
}

/** Who heard which part of which sound. */
export class PlaybackStore {
  readonly #db: Kysely<DatabaseSchema & PlaybackTables>

  constructor({ db }: { db: Database }) {
    this.#db = db.withTables<PlaybackTables>()
  }

  async note({ kind, subject, by, first, last }: Playback): Promise<void> {
    await this.#db
      .insertInto('playbacks')
      .values({ kind, subject, played_by: by, first_byte: first, last_byte: last })
      .execute()
  }
}
