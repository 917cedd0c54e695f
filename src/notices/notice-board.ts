import type { EventLog } from '../events/index.ts'
import { type Clock, newId } from '../kernel/index.ts'
import { NoticeRefused, UnknownNotice } from './errors.ts'
import type { Notice, NoticeStore } from './notice-store.ts'

/** Whom a notice is for: everybody, those who can serve a queue, or agents by name. */
export type NoticeTarget = 'all' | { readonly queue: string } | { readonly agentIds: readonly string[] }

/** What the board needs to know of the room. */
export interface NoticeReaders {
  /** Agents who can serve the queue; undefined when there is no such queue. */
  ofQueue(queue: string): readonly string[] | undefined
  exists(agentId: string): boolean
}

export interface NoticeBoardOptions {
  readonly store: NoticeStore
  readonly log: EventLog
  readonly clock: Clock
  readonly readers: NoticeReaders
}

/** Notices of supervisors to the desks: told on the feed when published, and listed for desks that come later. */
export class NoticeBoard {
  readonly #options: NoticeBoardOptions

  constructor(options: NoticeBoardOptions) {
    this.#options = options
  }

  /** `until` in milliseconds since the epoch. Throws NoticeRefused. */
  async publish(
    notice: Pick<Notice, 'text' | 'level' | 'until' | 'by'> & { readonly to: NoticeTarget },
  ): Promise<Notice> {
    const { store, log, clock } = this.#options
    const { text, level, until, by, to } = notice
    const publishedAt = clock.now()
    if (until !== null && until <= publishedAt) {
      throw new NoticeRefused(`the notice would be over already: ${new Date(until).toISOString()}`)
    }
    const agentIds = this.#agentIdsOf(to)
    const queue = typeof to === 'object' && 'queue' in to ? to.queue : null
    const published = { noticeId: newId(), text, level, queue, agentIds, by, publishedAt, until }
    await store.save(published)
    const { noticeId } = published
    log.append('notice.published', { noticeId, text, level, queue, agentIds: listed(agentIds), until, by }, publishedAt)
    return published
  }

  current(agentId?: string): Promise<Notice[]> {
    return this.#options.store.current(this.#options.clock.now(), agentId)
  }

  /** Throws UnknownNotice. */
  async withdraw(noticeId: string, by: string): Promise<void> {
    const { store, log, clock } = this.#options
    const at = clock.now()
    const withdrawn = await store.withdraw(noticeId, by, at)
    if (!withdrawn) throw new UnknownNotice(`no notice ${noticeId} in force`)
    log.append('notice.withdrawn', { noticeId, agentIds: withdrawn.agentIds, by }, at)
  }

  #agentIdsOf(to: NoticeTarget): readonly string[] | null {
    if (to === 'all') return null
    const { readers } = this.#options
    if ('agentIds' in to) {
      const unknown = to.agentIds.filter((agentId) => !readers.exists(agentId))
      if (unknown.length > 0) throw new NoticeRefused(`no agent ${unknown.join(', ')}`)
      return to.agentIds
    }
    const agentIds = readers.ofQueue(to.queue)
    if (!agentIds) throw new NoticeRefused(`no queue ${to.queue}`)
    if (agentIds.length === 0) throw new NoticeRefused(`nobody can serve the queue ${to.queue}: no one would read it`)
    return agentIds
  }
}

const listed = (agentIds: readonly string[] | null) => (agentIds === null ? null : [...agentIds])
