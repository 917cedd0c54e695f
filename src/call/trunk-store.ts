import type { Database } from '../db/index.ts'
import type { OutboundRoute } from './outbound-numbers.ts'

/** Tells the SIP edge where calls to citizens go and which it may let through: the same as the city's file. */
export async function saveTrunk({ db, route }: { db: Database; route: OutboundRoute | undefined }): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await transaction.deleteFrom('trunks').execute()
    if (!route) return
    const row = { name: 'outbound', uri: route.trunk, numbers: [...route.numbers] }
    await transaction.insertInto('trunks').values(row).execute()
  })
}
