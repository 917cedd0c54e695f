import type { AuditStore } from '../audit/audit-store.ts'
import { type Asker, actorOf } from './people.ts'

/** Writes into the audit what somebody changed by a request, besides tickets. */
export function noteOf({ audit, now }: { audit: AuditStore; now: () => number }) {
  return async (
    request: Asker & { readonly ip: string },
    subject: string,
    action: string,
    after: object,
  ): Promise<void> => {
    const { id: actor, role } = actorOf(request)
    await audit.add({ subject, at: now(), actor, role, origin: request.ip, action, detail: { after: { ...after } } })
  }
}
