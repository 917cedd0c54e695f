import { SwitchRefused } from '../errors.ts'
import { type EslCommand, eslCommands, fencedOff } from './esl-commands.ts'

/** What the fence asks over a connection; rejects with SwitchRefused for an answer of `-ERR`. */
interface Asking {
  api(command: EslCommand): Promise<string>
}

/** Attempts to set the epoch while another process does the same. */
const attempts = 5

/**
 * The switch obeys one hotline process: that of the highest epoch which ever spoke to it. A process that was frozen while
 * another took over finds its commands refused, by the switch and in the moment of performing them, so that nobody is
 * dialled or hung up twice. What is played by `sendmsg` is not fenced: it changes no call.
 */
export class Fence {
  readonly #epoch: () => number
  readonly #onFenced: () => void
  #claimed = 0

  constructor({ epoch, onFenced }: { epoch: () => number; onFenced: () => void }) {
    this.#epoch = epoch
    this.#onFenced = onFenced
  }

  /** Makes the switch obey us; throws SwitchRefused, after telling so, when it obeys a later epoch. */
  async claim(connection: Asking): Promise<void> {
    const epoch = this.#epoch()
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const before = await connection.api(eslCommands.readEpoch()).catch(noneYet)
      if (before === String(epoch)) {
        this.#claimed = epoch
        return
      }
      if (Number(before) > epoch) {
        this.#onFenced()
        throw new SwitchRefused(`the switch obeys epoch ${before}, ours is ${epoch}`)
      }
      await connection.api(eslCommands.claimEpoch(epoch, before))
    }
    throw new SwitchRefused('the epoch could not be set')
  }

  /** The command as the switch performs it for our epoch alone. */
  around(command: EslCommand): EslCommand {
    return eslCommands.fenced(command, this.#claimed)
  }

  /** Passes on the answer to a command that was fenced, and tells when it was refused for that. */
  async reply(answer: Promise<string>): Promise<string> {
    const text = await answer.catch((error: unknown) => {
      if (error instanceof SwitchRefused && error.message.includes(fencedOff)) this.#onFenced()
      throw error
    })
    if (!text.startsWith(fencedOff)) return text
    this.#onFenced()
    throw new SwitchRefused('the switch obeys another hotline process')
  }
}

/** FreeSWITCH has no word for a variable that is not set. */
function noneYet(error: unknown): string {
  if (error instanceof SwitchRefused) return ''
  throw error
}
