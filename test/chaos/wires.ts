import type { StackPorts } from '../../scripts/launch/stack-options.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import type { PostgresServer } from './postgres-server.ts'

/** Everything in a room that can be broken, or led elsewhere. */
export class Wires {
  /** Between the hotline and the switch. */
  readonly switch: TcpProxy
  /** Between the hotline and the address of the database. */
  readonly database: TcpProxy
  /** Where everybody finds the database: leads to the server that takes writes. */
  readonly databaseAddress: TcpProxy
  /** Where desks and the ticket service find the hotline: leads to the process that is active. */
  readonly hotlineAddress: TcpProxy

  private constructor(proxies: Pick<Wires, 'switch' | 'database' | 'databaseAddress' | 'hotlineAddress'>) {
    this.switch = proxies.switch
    this.database = proxies.database
    this.databaseAddress = proxies.databaseAddress
    this.hotlineAddress = proxies.hotlineAddress
  }

  static async between({ ports, postgres }: { ports: StackPorts; postgres: PostgresServer }): Promise<Wires> {
    const databaseAddress = await startTcpProxy({ targetPort: postgres.port })
    return new Wires({
      switch: await startTcpProxy({ targetPort: ports.switchEsl }),
      database: await startTcpProxy({ targetPort: databaseAddress.port }),
      databaseAddress,
      hotlineAddress: await startTcpProxy({ targetPort: ports.http }),
    })
  }

  mend(): void {
    for (const wire of this.#all) wire.mend()
  }

  async close(): Promise<void> {
    for (const wire of this.#all) await wire.close()
  }

  get #all(): readonly TcpProxy[] {
    return [this.switch, this.database, this.databaseAddress, this.hotlineAddress]
  }
}
