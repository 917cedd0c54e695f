import type { Database } from '../db/index.ts'
import type { Branch } from './branch.ts'

/**
 * Tells the SIP edge where the branches are: the table is made the same as the city's file. One whose seats are here has
 * no route: calls to its number are ours.
 */
export async function saveBranchRoutes({
  db,
  branches,
}: {
  db: Database
  branches: readonly Pick<Branch, 'number' | 'route'>[]
}): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await transaction.deleteFrom('branch_routes').execute()
    if (branches.length === 0) return
    const rows = branches.map(({ number, route }) => ({ number, uri: route === null ? null : withUser(route, number) }))
    await transaction.insertInto('branch_routes').values(rows).execute()
  })
}

/** A route may name the host alone: then the branch is called by its own number there. */
function withUser(route: string, number: string): string {
  return route.includes('@') ? route : route.replace(/^sip:/, `sip:${number}@`)
}
