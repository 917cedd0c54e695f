import { type Clock, type Logger, messageOf } from '../kernel/index.ts'
import { PhoneNotRegistered, UnknownPhone } from './errors.ts'

/** What is known of a phone; rejects while the database is away. */
export interface PhoneDirectory {
  stateOf(extension: string): Promise<'registered' | 'notRegistered' | 'unknown'>
}

/** The edge writes registrations behind the phones' backs: a phone that has just registered is waited for, milliseconds. */
const lookEvery = 100
const looks = 15

/** The phones agents may log in at: any that is registered, whoever sat there before. */
export class Phones {
  readonly #directory: PhoneDirectory
  readonly #clock: Clock
  readonly #logger: Logger

  constructor({ directory, clock, logger }: { directory: PhoneDirectory; clock: Clock; logger: Logger }) {
    this.#directory = directory
    this.#clock = clock
    this.#logger = logger
  }

  /** Throws {@link UnknownPhone} or {@link PhoneNotRegistered}. A database that is away keeps nobody from work. */
  async require(extension: string): Promise<void> {
    for (let look = 1; ; look += 1) {
      const state = await this.#stateOf(extension)
      if (state === 'registered' || state === 'notKnown') return
      if (state === 'unknown') throw new UnknownPhone(`there is no phone ${extension}`)
      if (look === looks) throw new PhoneNotRegistered(`phone ${extension} is not registered`)
      await new Promise<void>((resolve) => this.#clock.after(lookEvery, resolve))
    }
  }

  async #stateOf(extension: string) {
    try {
      return await this.#directory.stateOf(extension)
    } catch (error) {
      this.#logger.warn({ extension, reason: messageOf(error) }, 'whether the phone is registered is not known')
      return 'notKnown' as const
    }
  }
}
