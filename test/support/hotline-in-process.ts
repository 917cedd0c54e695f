import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Hotline, startHotline } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { openDatabase } from '../../src/db/index.ts'
import type { EventLog } from '../../src/events/index.ts'
import { newDatabaseUrl, silent } from './database.ts'
import { openLog, project } from './open-log.ts'
import { ScriptedEslServer } from './scripted-esl-server.ts'

/** The hotline service in the process of the test, at a scripted switch, on a database of its own. */
export interface HotlineInProcess {
  readonly url: string
  readonly hotline: Hotline
  readonly eventSocket: ScriptedEslServer
  readonly adminPassword: string
  readonly databaseUrl: string
  /** As if a phone of that name had an account and were registered. */
  registerPhone(extension: string): Promise<void>
  /** Writes facts into the log as if they had happened before this start, and brings the records up to them. */
  record(write: (log: EventLog) => void): Promise<void>
  stop(): Promise<void>
}

/** `env`: settings besides the usual ones. With the database of another hotline this one stands by while that one is there. */
export async function startHotlineInProcess(env: NodeJS.ProcessEnv = {}): Promise<HotlineInProcess> {
  const eventSocket = await ScriptedEslServer.start()
  const databaseUrl = env['DATABASE_URL'] ?? (await newDatabaseUrl())
  const folder = mkdtempSync(join(tmpdir(), 'yihao-hotline-'))
  const config = readConfig({
    DATABASE_URL: databaseUrl,
    HTTP_LISTEN: '127.0.0.1:0',
    SWITCHES: `127.0.0.1:${eventSocket.port}`,
    SWITCH_ESL_PASSWORD: eventSocket.password,
    STATE_DIR: join(folder, 'state'),
    SPOOL_DIR: join(folder, 'spool'),
    SOUNDS_DIR: join(folder, 'sounds'),
    SOUND_KEYS: `test:${'0123456789abcdef'.repeat(4)}`,
    DRAIN_SECONDS: '0',
    ...env,
  })
  const hotline = await startHotline(config, silent)
  const address = hotline.http.server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    hotline,
    eventSocket,
    databaseUrl,
    adminPassword: hotline.firstAdminPassword ?? '',
    async registerPhone(extension) {
      const db = openDatabase({ url: databaseUrl, logger: silent })
      const account = { username: extension, realm: 'yihao', ha1_md5: '', ha1_sha256: '' }
      await db.insertInto('sip_accounts').values(account).execute()
      const binding = { contact: 'sip:test', route: 'sip:test', call_id: 'test', cseq: 1 }
      const expiresAt = new Date(Date.now() + 3_600_000)
      await db
        .insertInto('registrations')
        .values({ username: extension, ...binding, expires_at: expiresAt })
        .execute()
      await db.destroy()
    },
    async record(write) {
      const db = openDatabase({ url: databaseUrl, logger: silent })
      const log = openLog({ db })
      write(log)
      await project(log, db)
      await log.close()
      await db.destroy()
    },
    async stop() {
      await hotline.stop()
      await eventSocket.close()
    },
  }
}
