import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BaresipPhone, type BaresipPhoneOptions } from './baresip-phone.ts'
import { hasBaresip } from './baresip-process.ts'
import { Switchboard } from './switchboard.ts'

/** The baresips of a test, and the one address at which calls find them. */
export class BaresipPhones {
  readonly #switchboard: Switchboard
  readonly #folder = mkdtempSync(join(tmpdir(), 'yihao-baresip-'))
  readonly #phones = new Map<BaresipPhone, () => void>()

  private constructor(switchboard: Switchboard) {
    this.#switchboard = switchboard
  }

  /** `otherPhones`: the port of those that are no baresips. */
  static async start({ otherPhones }: { otherPhones: number }): Promise<BaresipPhones> {
    if (!hasBaresip) throw new Error('baresip is not on PATH (Debian package baresip-core)')
    return new BaresipPhones(await Switchboard.start({ otherwise: otherPhones }))
  }

  /** Calls sent there reach the baresip of the number, or the other phones. */
  get sipPort(): number {
    return this.#switchboard.port
  }

  phone(options: Omit<BaresipPhoneOptions, 'folder' | 'switchboardPort'>): BaresipPhone {
    const phone = new BaresipPhone({ ...options, folder: this.#folder, switchboardPort: this.sipPort })
    this.#phones.set(phone, this.#switchboard.expect(options.user))
    return phone
  }

  /** Ends those of these phones that are baresips, and with them their calls. */
  async end(phones: readonly object[]): Promise<void> {
    const ended = [...this.#phones].filter(([phone]) => phones.includes(phone))
    for (const [phone, forget] of ended) {
      this.#phones.delete(phone)
      forget()
    }
    await Promise.all(ended.map(([phone]) => phone.close()))
  }

  async close(): Promise<void> {
    await this.end([...this.#phones.keys()])
    this.#switchboard.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
