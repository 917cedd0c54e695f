import type { CloudEvent } from '../events/index.ts'

/**
 * What goes over `/live`. Connect with `GET /live?after=<sequence>` (0 = from the beginning; without `after` only what
 * is new), acknowledge what was taken, and resume with the last acknowledged sequence: every fact comes at least once
 * and in the order of the log. At most {@link window} facts are sent ahead of the acknowledgements.
 */
export type ServerMessage =
  /** First message: the newest sequence at this moment. */
  | { readonly type: 'hello'; readonly sequence: number; readonly window: number }
  /**
   * A committed fact. `previous` is the sequence of the fact this consumer was sent before it, at first what it asked to
   * begin after: where that is not the last one it took, something was lost on the way, and it resumes.
   */
  | { readonly type: 'event'; readonly event: CloudEvent; readonly previous: number }
  /**
   * The same fact before it is committed, for what must be quick. It has no sequence, is not acknowledged, and comes
   * again as `event` with the same id.
   */
  | { readonly type: 'early'; readonly event: CloudEvent }
  | { readonly type: 'error'; readonly detail: string }

export type ClientMessage = { readonly type: 'ack'; readonly sequence: number }

export const window = 256

/** Closing codes besides the standard's (RFC 6455 section 7.4). */
export const closeCodes = { slowConsumer: 4408, badMessage: 4400 } as const

/** Reads a client's message; undefined when it is none of ours. */
export function parseClientMessage(text: string): ClientMessage | undefined {
  try {
    const message = JSON.parse(text) as Partial<ClientMessage> | null
    const valid = message?.type === 'ack' && Number.isSafeInteger(message.sequence) && Number(message.sequence) >= 0
    return valid ? (message as ClientMessage) : undefined
  } catch {
    return undefined
  }
}
