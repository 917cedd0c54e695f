import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HotlineClient } from '../../scripts/client/hotline-client.ts'
import { freePorts } from '../../scripts/launch/free-ports.ts'
import { type Stack, startStack } from '../../scripts/launch/stack.ts'
import { createSoftphones, type Phone } from '../../src/embedded/softphone/index.ts'
import { createLogger } from '../../src/kernel/index.ts'
import type { InstrumentOptions } from './instrument.ts'

/** A hotline with one agent's phone and any number of citizens. */
export interface Room {
  readonly stack: Stack
  readonly admin: HotlineClient
  readonly agent: Phone
  /** Of the phones. */
  readonly sipPort: number
  /** Of the hotline's HTTP. */
  readonly url: string
  citizen(number: string): Phone
}

/** Starts everything, measures, and cleans up. */
export async function inRoom<T>(
  { sipServer, mediaSwitch }: InstrumentOptions,
  onCall: Phone['onCall'],
  measure: (room: Room) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'yihao-bench-'))
  const stack = await startStack({
    stateDir: folder,
    ports: await freePorts(),
    sipServer,
    mediaSwitch,
    temporary: true,
    env: { DRAIN_SECONDS: '0' },
  })
  const phones = await createSoftphones({ logger: createLogger({ name: 'bench', level: 'silent' }) })
  try {
    const url = `http://127.0.0.1:${stack.ports.http}`
    const admin = await HotlineClient.login(url, { username: 'admin', password: stack.adminPassword ?? '' })
    const registrar = { host: '127.0.0.1', port: stack.ports.sip }
    await admin.createAgent({ agentId: '8001', name: 'Bench', wrapUpSeconds: 0, phonePassword: 'bench-phone' })
    const agent = phones.phone({ user: '8001', password: 'bench-phone', registrar, transport: 'udp', onCall })
    await agent.register({ expires: 600 })
    await admin.makeReady('8001')
    const citizen = (number: string) => phones.phone({ user: number, password: '', registrar, transport: 'udp' })
    return await measure({ stack, admin, agent, citizen, sipPort: phones.sipPort, url })
  } finally {
    await phones.close()
    await stack.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
