import { join } from 'node:path'
import type { Config } from './config.ts'
import type { Database } from './db/index.ts'
import type { EventLog } from './events/index.ts'
import { IncidentSounds, IncidentStore, Incidents } from './incident/index.ts'
import type { Clock, Logger } from './kernel/index.ts'
import { readTexts } from './speech/index.ts'

/** Opens the announcements before the menu, with what is in force from before. */
export function openIncidents({
  config,
  db,
  ...shared
}: {
  config: Config
  db: Database
  log: EventLog
  languages: () => readonly string[]
  clock: Clock
  logger: Logger
}): Promise<Incidents> {
  const folder = join(config.spoolDir, 'incidents')
  const sounds = new IncidentSounds({ folder, voices: () => readTexts(config.promptsDir) })
  return Incidents.open({ store: new IncidentStore({ db }), sounds, ...shared })
}
