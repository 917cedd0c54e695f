import { inviteText } from './raw-caller.ts'
import { newBranch, type RawMessage, type RawPhone, request } from './raw-sip.ts'
import { until } from './until.ts'

/** Milliseconds between repetitions of a request that got no answer (T1 of RFC 3261 section 17.1.2.1). */
const repeatAfter = 500

/** A call that was cancelled or, when the answer was quicker, hung up. */
export interface CancelledCall {
  /** Hangs up when a 200 came after the 487: a proxy answers CANCEL before it knows what became of the INVITE. */
  settle(): Promise<void>
}

/**
 * A citizen hangs up while the call is being answered: CANCEL goes out `afterMs` after the INVITE, but not before a
 * provisional response (RFC 3261 section 9.1). Either final response may come, in any order with the CANCEL's: 487 is
 * acknowledged, a 200 that was quicker is acknowledged and followed by BYE (section 13.2.2.4).
 */
export async function cancelledCall(
  phone: RawPhone,
  { caller, number, port, afterMs }: { caller: string; number: string; port: number; afterMs: number },
): Promise<CancelledCall> {
  const callId = newBranch()
  const invite = inviteText(phone, { number, port, callId }).replaceAll('13900000000', caller)
  const dialog = new RawDialog({ phone, port, invite, callId })
  phone.send(invite, port)
  const sentAt = Date.now()
  const mayHangUp = () => dialog.isHeard && Date.now() - sentAt >= afterMs
  await until(mayHangUp, `a response to ${caller}`, 10_000, 1)
  if (!dialog.answer) await dialog.repeat('CANCEL', 1, () => dialog.final !== undefined)
  if (!dialog.answer) dialog.acknowledgeRefusal()
  await dialog.settle()
  return dialog
}

class RawDialog implements CancelledCall {
  #isOver = false
  readonly #parts: { phone: RawPhone; port: number; invite: string; callId: string }

  constructor(parts: { phone: RawPhone; port: number; invite: string; callId: string }) {
    this.#parts = parts
  }

  responses(cseq: string): RawMessage[] {
    const { phone, callId } = this.#parts
    return phone.heard.filter((each) => each.header('call-id') === callId && each.header('cseq') === cseq)
  }

  /** Whether anything came: nothing is cancelled before. */
  get isHeard(): boolean {
    return this.responses('1 INVITE').length > 0
  }

  get final(): RawMessage | undefined {
    return this.responses('1 INVITE').find(({ kind }) => !kind.startsWith('1'))
  }

  get answer(): RawMessage | undefined {
    return this.responses('1 INVITE').find(({ kind }) => kind.startsWith('2'))
  }

  /** Sends a request again and again until `done`; rejects after 20 times. */
  async repeat(method: 'CANCEL' | 'BYE', cseq: number, done: () => boolean): Promise<void> {
    const branch = method === 'CANCEL' ? this.#inviteBranch : newBranch()
    for (let times = 0; times < 20; times += 1) {
      this.send(method, cseq, branch)
      const inTime = await until(done, `what follows ${method}`, repeatAfter).then(
        () => true,
        () => false,
      )
      if (inTime) return
      if (method === 'BYE' && this.answer) this.send('ACK', 1)
    }
    throw new Error(`${method} of ${this.#parts.callId}: nothing came of it`)
  }

  async settle(): Promise<void> {
    if (!this.answer || this.#isOver) return
    this.#isOver = true
    this.send('ACK', 1)
    await this.repeat('BYE', 2, () => this.responses('2 BYE').length > 0)
  }

  acknowledgeRefusal(): void {
    this.send('ACK', 1, this.#inviteBranch)
  }

  /** Within the dialog once there is an answer, else within the INVITE's transaction (CANCEL, ACK of a refusal). */
  send(method: string, cseq: number, branch = newBranch()): void {
    const { phone, port, invite, callId } = this.#parts
    const from = /^From: (.*)\r$/m.exec(invite)?.[1] ?? ''
    const number = /^INVITE (\S+)/.exec(invite)?.[1] ?? ''
    const answer = branch === this.#inviteBranch ? undefined : this.answer
    const uri = answer ? (/<([^>]+)>/.exec(answer.header('contact') ?? '')?.[1] ?? number) : number
    const routes = (answer?.headers('record-route') ?? []).flatMap((value) => value.split(/,\s*/)).reverse()
    const to = (method === 'CANCEL' ? undefined : (answer ?? this.final)?.header('to')) ?? `<${number}>`
    phone.send(request({ phone, method, uri, callId, cseq, branch, from, to, routes }), port)
  }

  get #inviteBranch(): string {
    return /branch=([^;\r]+)/.exec(this.#parts.invite)?.[1] ?? ''
  }
}
