import { Client } from 'pg'

/** Runs one statement on a connection of its own and says what came of it; rejects when the server does not answer within 3 s. */
export async function atDatabase(url: string, statement: string): Promise<object[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 3000 })
  await client.connect()
  try {
    return (await client.query<object>(statement)).rows
  } finally {
    await client.end()
  }
}
