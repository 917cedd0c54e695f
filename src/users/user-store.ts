import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Database, DatabaseSchema } from '../db/index.ts'
import { newSecret } from '../kernel/index.ts'
import { AgentMissing, LoginRefused, UserExists } from './errors.ts'
import { hashPassword, verifyPassword } from './password.ts'

export type UserRole = DatabaseSchema['users']['role']

export interface User {
  readonly username: string
  readonly role: UserRole
  readonly agentId: string | null
}

/** What a phone registers with. */
export interface PhoneAccount {
  /** The extension. */
  readonly username: string
  /** Digest realm of the SIP edge. */
  readonly realm: string
  readonly password: string
  /** Whose session it is made for; `expiresAt` in milliseconds since the epoch. */
  readonly session?: { readonly id: string; readonly username: string; readonly expiresAt: number }
}

/** Verified against when the name is unknown, so that the answer takes as long as for a wrong password. */
const nobody = hashPassword(newSecret())

/** People who log in, and the phones they may use. */
export class UserStore {
  readonly #db: Database

  constructor({ db }: { db: Database }) {
    this.#db = db
  }

  /** Throws {@link LoginRefused} without saying whether the name or the password was wrong. */
  async login(username: string, password: string): Promise<User> {
    const row = await this.#db.selectFrom('users').selectAll().where('username', '=', username).executeTakeFirst()
    const correct = await verifyPassword(password, row?.password_hash ?? (await nobody))
    if (!row || !correct) throw new LoginRefused('user name or password is wrong')
    return { username: row.username, role: row.role, agentId: row.agent_id }
  }

  /** Throws {@link UserExists} or {@link AgentMissing}. */
  async create({ username, password, role, agentId }: User & { password: string }): Promise<User> {
    if (agentId !== null) await this.#requireAgent(agentId)
    const created = await this.#db
      .insertInto('users')
      .values({ username, password_hash: await hashPassword(password), role, agent_id: agentId })
      .onConflict((conflict) => conflict.doNothing())
      .returning('username')
      .executeTakeFirst()
    if (!created) throw new UserExists(`user ${username} exists`)
    return { username, role, agentId }
  }

  /** Creates the first admin when there is no user at all; returns the generated password, once. */
  async createFirstAdmin(): Promise<string | undefined> {
    const password = newSecret(12)
    const hash = await hashPassword(password)
    const created = await sql`
      insert into users (username, password_hash, role)
      select 'admin', ${hash}, 'admin' where not exists (select from users)
      on conflict do nothing returning username`.execute(this.#db)
    return created.rows.length === 1 ? password : undefined
  }

  /** Sets a phone's account; the password itself is not kept. One that is made for a session ends with it. */
  async savePhone({ username, realm, password, session }: PhoneAccount): Promise<void> {
    const secret = `${username}:${realm}:${password}`
    const digests = { realm, ha1_md5: digest('md5', secret), ha1_sha256: digest('sha256', secret) }
    const row = {
      ...digests,
      session_id: session?.id ?? null,
      opened_by: session?.username ?? null,
      expires_at: session ? new Date(session.expiresAt) : null,
    }
    await this.#db
      .insertInto('sip_accounts')
      .values({ username, ...row })
      .onConflict((conflict) => conflict.column('username').doUpdateSet(row))
      .execute()
  }

  /** The secret kept under `key`, made once and then the same for every process. */
  async sharedSecret(key: string): Promise<string> {
    await this.#db
      .insertInto('settings')
      .values({ key, value: newSecret(32) })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    const row = await this.#db.selectFrom('settings').select('value').where('key', '=', key).executeTakeFirstOrThrow()
    return row.value
  }

  async #requireAgent(agentId: string): Promise<void> {
    const agent = await this.#db
      .selectFrom('agents')
      .select('agent_id')
      .where('agent_id', '=', agentId)
      .executeTakeFirst()
    if (!agent) throw new AgentMissing(`no agent ${agentId}: create it with PUT /api/v1/agents/${agentId} first`)
  }
}

function digest(algorithm: 'md5' | 'sha256', text: string): string {
  return createHash(algorithm).update(text).digest('hex')
}
