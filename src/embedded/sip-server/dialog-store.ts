import type { App } from './app.ts'
import type { Dialog } from './dialog.ts'
import { tagOf } from './grammar.ts'
import { header, type SipRequest } from './sip-message.ts'

/** The dialogs of all applications. */
export class DialogStore {
  readonly #byId = new Map<string, Dialog>()
  readonly #byTags = new Map<string, Dialog>()
  readonly #reserved = new Set<string>()

  get count(): number {
    return this.#byId.size
  }

  /**
   * drachtio's dialog id, which drachtio-srf builds too: both ends of a call have the same. Where both ends live here,
   * as with two softphones on one server, the second gets an id of its own.
   */
  idFor({ callId, fromTag }: { callId: string; fromTag: string }): string {
    const id = `${callId};from-tag=${fromTag}`
    return this.#byId.has(id) || this.#reserved.has(id) ? `${id};end=2` : id
  }

  /** Keeps an id for an INVITE that is on its way and may make a dialog. */
  reserve(id: string): void {
    this.#reserved.add(id)
  }

  release(id: string): void {
    this.#reserved.delete(id)
  }

  add(dialog: Dialog): void {
    this.#byId.set(dialog.id, dialog)
    this.#byTags.set(tagsKey(dialog.callId, dialog.localTag, dialog.remoteTag), dialog)
  }

  remove(dialog: Dialog): void {
    if (!this.has(dialog)) return
    this.#byId.delete(dialog.id)
    this.#byTags.delete(tagsKey(dialog.callId, dialog.localTag, dialog.remoteTag))
  }

  has(dialog: Dialog): boolean {
    return this.#byId.get(dialog.id) === dialog
  }

  find(id: string): Dialog | undefined {
    return this.#byId.get(id)
  }

  /** The dialog a received request belongs to. */
  ofRequest(request: SipRequest): Dialog | undefined {
    const [localTag, remoteTag] = [tagOf(header(request, 'to')), tagOf(header(request, 'from'))]
    if (localTag === undefined) return undefined
    return this.#byTags.get(tagsKey(header(request, 'call-id') ?? '', localTag, remoteTag ?? ''))
  }

  ofApp(app: App): Dialog[] {
    return [...this.#byId.values()].filter((dialog) => dialog.app === app)
  }
}

function tagsKey(callId: string, localTag: string, remoteTag: string): string {
  return [callId, localTag, remoteTag].join(' ')
}
