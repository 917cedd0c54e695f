import { HotlineError } from '../../kernel/index.ts'
import type { ListPlace } from '../office/ticket-list-store.ts'

class CursorInvalid extends HotlineError {
  readonly code = 'cursor-invalid'
  readonly status = 400
}

/** A place in a list as text that clients hand back and do not read. */
export function cursorOf({ createdAt, ticketId }: ListPlace): string {
  return Buffer.from(`${createdAt} ${ticketId}`).toString('base64url')
}

/** Throws {@link CursorInvalid}. */
export function readCursor(cursor: string | undefined): ListPlace | undefined {
  if (cursor === undefined) return undefined
  const [, createdAt, ticketId] = /^(\d{1,16}) ([0-9a-f-]{36})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  if (createdAt === undefined || ticketId === undefined)
    throw new CursorInvalid('take the cursor from "next" of the page before')
  return { createdAt: Number(createdAt), ticketId }
}
