import type { Database } from '../db/index.ts'
import type { AgentProfile } from './agent.ts'
import type { AgentContext, AgentState } from './agent-machine.ts'

export interface StoredAgentState {
  readonly state: AgentState
  readonly context: AgentContext
  readonly changedAt: number
}

/** Agents as they are administered, and where the log last saw each. */
export class AgentStore {
  readonly #db: Database

  constructor({ db }: { db: Database }) {
    this.#db = db
  }

  async profiles(): Promise<AgentProfile[]> {
    const rows = await this.#db.selectFrom('agents').selectAll().orderBy('agent_id').execute()
    return rows.map((row) => ({
      agentId: row.agent_id,
      name: row.name,
      skills: row.skills,
      languages: row.languages,
      wrapUpSeconds: row.wrap_up_seconds,
      groups: row.groups,
    }))
  }

  async save({ agentId, name, skills, languages, wrapUpSeconds, groups }: AgentProfile): Promise<void> {
    const row = {
      name,
      skills: [...skills],
      languages: [...languages],
      wrap_up_seconds: wrapUpSeconds,
      groups: JSON.stringify(groups),
    }
    await this.#db
      .insertInto('agents')
      .values({ agent_id: agentId, ...row })
      .onConflict((conflict) => conflict.column('agent_id').doUpdateSet(row))
      .execute()
  }

  /** The last recorded state of each agent, by id. */
  async states(): Promise<Map<string, StoredAgentState>> {
    const rows = await this.#db.selectFrom('agent_records').selectAll().execute()
    return new Map(
      rows.map((row) => [
        row.agent_id,
        {
          state: row.state as AgentState,
          context: {
            status: row.status as AgentContext['status'],
            reason: row.reason,
            extension: row.extension,
            callId: row.call_id,
          },
          changedAt: row.changed_at.getTime(),
        },
      ]),
    )
  }
}
