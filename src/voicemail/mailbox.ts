import type { EventLog } from '../events/index.ts'
import { type Cancel, type Clock, type Logger, messageOf } from '../kernel/index.ts'
import { openWav, SoundUnusable, type Spool, type Vault } from '../vault/index.ts'
import { MessageCutShort } from './errors.ts'
import type { Draft, VoicemailLimits } from './voicemail.ts'
import type { VoicemailStore } from './voicemail-store.ts'

export interface MailboxOptions {
  readonly spool: Spool
  readonly vault: Vault
  readonly store: VoicemailStore
  readonly log: EventLog
  readonly limits: VoicemailLimits
  readonly clock: Clock
  readonly logger: Logger
}

/** Milliseconds: between looks for what was left behind, and how long a file must have been quiet to count as that. */
const sweepEvery = 10_000
const quietFor = 15_000
/** A message in which something is to be heard for less than that is empty. */
const heardAtLeast = 300
/** Milliseconds by which switch and disk may differ: the last frames. */
const tolerance = 500
const bytesPerSecond = 16_000

/**
 * Where messages become voicemails. A message is a plain file of the switch first, with a note of whose it is beside it; it
 * is listed when it is sealed, on disk, and in the table. What a crash leaves in between is taken up again.
 */
export class Mailbox {
  readonly #options: MailboxOptions
  /** Messages somebody is speaking, or that are being kept. */
  readonly #active = new Set<string>()
  #cancelSweep: Cancel = () => {}
  #sweeping: Promise<void> = Promise.resolve()

  constructor(options: MailboxOptions) {
    this.#options = options
  }

  get limits(): VoicemailLimits {
    return this.#options.limits
  }

  /** Makes room for a message and returns the path to record to; an earlier attempt is thrown away. Rejects when there is none. */
  async begin(draft: Draft): Promise<string> {
    const { spool, limits } = this.#options
    this.#active.add(draft.voicemailId)
    const path = await spool.prepare(soundName(draft), limits.longest * bytesPerSecond)
    await spool.writeNote(soundName(draft), draft)
    return path
  }

  /** Whether something was said. `recordedMs` is what the switch heard; rejects when the disk holds less. */
  async look(draft: Draft, recordedMs: number | undefined): Promise<'spoken' | 'nothing'> {
    const { spool, limits } = this.#options
    const wav = await openWav(spool.path(soundName(draft)))
    if (recordedMs !== undefined && wav.durationMs < recordedMs - tolerance) {
      throw new MessageCutShort(`${recordedMs} ms were recorded, ${wav.durationMs} ms are on the disk`)
    }
    if (wav.durationMs < limits.shortest * 1000) return 'nothing'
    return (await wav.heardMs()) < heardAtLeast ? 'nothing' : 'spoken'
  }

  /** Makes a voicemail of the message, or throws it away when nothing was said. */
  async keep(draft: Draft, recordedMs?: number): Promise<'kept' | 'nothing'> {
    const outcome = await this.look(draft, recordedMs)
    if (outcome === 'nothing') {
      await this.discard(draft)
      return 'nothing'
    }
    const { spool, vault, store, logger, clock } = this.#options
    const day = new Date(clock.now()).toISOString().slice(0, 10)
    const file = `voicemail/${day}/${draft.voicemailId}.wav.sealed`
    const sound = await vault.store({ from: spool.path(soundName(draft)), file })
    try {
      await store.add({ ...draft, ...sound, leftAt: new Date(clock.now()) })
    } catch (error) {
      // The message is safe; it is listed when the database is back.
      logger.warn({ voicemailId: draft.voicemailId, reason: messageOf(error) }, 'a voicemail is not listed yet')
      this.#active.delete(draft.voicemailId)
      return 'kept'
    }
    const { voicemailId, callId, queue, line, callerNumber, language, reason } = draft
    const { durationMs, bytes, sha256 } = sound
    const what = { voicemailId, callId, queue, line, callerNumber, language, reason }
    this.#options.log.append('voicemail.left', { ...what, durationMs, bytes, sha256 })
    await this.discard(draft)
    return 'kept'
  }

  async discard(draft: Draft): Promise<void> {
    const { spool } = this.#options
    await spool.remove(soundName(draft))
    await spool.removeNote(soundName(draft))
    this.#active.delete(draft.voicemailId)
  }

  /**
   * A message could not be taken: the alarm. A whole one stays in the spool and is tried again; half a message would be
   * taken for a whole one, and is thrown away.
   */
  failed(draft: Draft, error: unknown): void {
    const { log, logger } = this.#options
    const { voicemailId, callId, queue, callerNumber } = draft
    const reason = messageOf(error)
    logger.error({ voicemailId, callId, reason }, 'a voicemail could not be taken')
    log.append('voicemail.failed', { voicemailId, callId, queue, callerNumber, reason })
    this.#active.delete(voicemailId)
    if (!(error instanceof MessageCutShort) && !(error instanceof SoundUnusable)) return
    this.discard(draft).catch((fault: unknown) => {
      logger.error({ voicemailId, reason: messageOf(fault) }, 'half a message is left in the spool')
    })
  }

  /** Takes up what an earlier process or a failure left behind, now and from time to time. */
  start(): void {
    this.#sweeping = this.#sweep()
      .catch((error: unknown) => this.#options.logger.warn({ reason: messageOf(error) }, 'the spool cannot be read'))
      .then(() => {
        this.#cancelSweep = this.#options.clock.after(sweepEvery, () => this.start())
      })
  }

  async stop(): Promise<void> {
    await this.#sweeping
    this.#cancelSweep()
  }

  async #sweep(): Promise<void> {
    const { spool, logger } = this.#options
    for (const name of await spool.notes(prefix)) {
      await this.#takeUp(name).catch((error: unknown) =>
        logger.warn(
          { file: name, reason: messageOf(error) },
          'a message left behind cannot be kept, it is tried again',
        ),
      )
    }
  }

  async #takeUp(name: string): Promise<void> {
    const { spool, log, clock, logger } = this.#options
    const draft = await spool.readNote<Draft>(name)
    if (!draft) return
    const { voicemailId } = draft
    const changedAt = await spool.changedAt(name)
    const quiet = changedAt === undefined || clock.now() - changedAt > quietFor
    if (this.#active.has(voicemailId) || !quiet) return
    // Without a file, or listed before a crash: what is left is the note.
    if (changedAt === undefined || (await log.has({ type: 'voicemail.left', subject: voicemailId })))
      return await this.discard(draft)
    try {
      const outcome = await this.keep(draft)
      logger.warn({ voicemailId, outcome }, 'a message left behind was taken up')
    } catch (error) {
      // The process died before the switch had written any of it: nothing will come of another attempt.
      if (!(error instanceof SoundUnusable)) throw error
      this.failed(draft, error)
    }
  }
}

const prefix = 'voicemail-'
const soundName = ({ voicemailId }: Draft) => `${prefix}${voicemailId}.wav`
