import { type CallPolicy, createSoftphones, type Phone, type Softphones } from '../../src/embedded/softphone/index.ts'
import { createLogger } from '../../src/kernel/index.ts'
import { BaresipPhones } from './baresip/baresip-phones.ts'
import type { Need, Telephone } from './telephone.ts'

/** Whose phones the parties of a scenario have. */
export type PhoneKind = 'ours' | 'baresip'

/** YIHAO_PHONES=baresip plays the scenarios with baresips wherever they can what the scenario needs. */
function phonesAskedFor(): PhoneKind {
  const asked = process.env['YIHAO_PHONES'] ?? 'ours'
  if (asked !== 'ours' && asked !== 'baresip') throw new Error(`YIHAO_PHONES is ${asked}, must be ours or baresip`)
  return asked
}

export interface RoomPhoneOptions {
  readonly user: string
  readonly password: string
  /** Of the SIP edge. */
  readonly port: number
  readonly onCall?: CallPolicy
}

/** The phones of a room: ours, and baresips when they are asked for. */
export class RoomPhones {
  readonly ours: Softphones
  readonly #baresips: BaresipPhones | undefined
  /** What each phone was asked for, and whether it could be a baresip. */
  readonly #given: (Need | 'baresip')[] = []

  private constructor(ours: Softphones, baresips: BaresipPhones | undefined) {
    this.ours = ours
    this.#baresips = baresips
  }

  static async start(kind = phonesAskedFor()): Promise<RoomPhones> {
    const ours = await createSoftphones({ logger: createLogger({ name: 'phones', level: 'silent' }) })
    return new RoomPhones(
      ours,
      kind === 'baresip' ? await BaresipPhones.start({ otherPhones: ours.sipPort }) : undefined,
    )
  }

  /** Where calls from the switch to numbers outside reach the phone of the number. */
  get sipPort(): number {
    return (this.#baresips ?? this.ours).sipPort
  }

  /** A phone that can what is needed: one of ours if baresip cannot. */
  phone(options: RoomPhoneOptions & { needs: Need }): Phone
  phone(options: RoomPhoneOptions & { needs?: Need }): Telephone
  phone({ needs, port, onCall, ...account }: RoomPhoneOptions & { needs?: Need }): Telephone {
    const options = { ...account, registrar: { host: '127.0.0.1', port }, ...(onCall && { onCall }) }
    // baresip refuses with 486 only.
    const need = onCall?.kind === 'reject' && onCall.status !== 486 ? 'another-refusal' : needs
    this.#given.push(need ?? 'baresip')
    if (this.#baresips && need === undefined) return this.#baresips.phone(options)
    return this.ours.phone({ ...options, transport: 'udp' })
  }

  /** Baresips are processes: those no longer needed are ended. */
  async end(phones: readonly Telephone[]): Promise<void> {
    await this.#baresips?.end(phones)
  }

  async close(): Promise<void> {
    if (this.#baresips) console.log(`phones of this room: ${this.#counted()}`)
    await Promise.all([this.ours.close(), this.#baresips?.close()])
  }

  /** `12 baresip, 1 of ours for info-digits` */
  #counted(): string {
    const kinds = [...new Set(this.#given)].sort()
    const count = (kind: string) => this.#given.filter((each) => each === kind).length
    return kinds.map((kind) => `${count(kind)} ${kind === 'baresip' ? kind : `of ours for ${kind}`}`).join(', ')
  }
}
