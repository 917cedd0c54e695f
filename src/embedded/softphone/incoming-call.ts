import { type Cancel, type Clock, type Logger, messageOf } from '../../kernel/index.ts'
import { PhoneCall } from './phone-call.ts'
import type { PhoneMedia } from './phone-media.ts'
import type { Answer, Incoming, SrfApp } from './srf-app.ts'

/** What a phone does when it is called. */
export type CallPolicy =
  | { readonly kind: 'answer'; readonly afterMs: number; readonly tone?: number }
  /** Rings until somebody answers, rejects or gives up. */
  | { readonly kind: 'ring' }
  | { readonly kind: 'reject'; readonly status: number }

export interface IncomingCallOptions {
  readonly srf: SrfApp
  readonly request: Incoming
  readonly response: Answer
  readonly contact: string
  readonly media: PhoneMedia
  readonly clock: Clock
  readonly logger: Logger
}

/** Lets the phone ring and follows its policy. */
export function receiveCall(options: IncomingCallOptions, policy: CallPolicy): PhoneCall {
  const { request, response, media, clock, contact, logger } = options
  const other = /sips?:([^@;>]+)@/i.exec(request.get('from') ?? '')?.[1] ?? ''
  const call = new PhoneCall({ direction: 'incoming', other, media, clock })
  let stopTimer: Cancel = () => {}
  call.callId = request.get('call-id')
  call.beforeAnswer = {
    answer: () => answerCall(options, call),
    reject: (status) => {
      if (call.isOver) return
      response.send(status)
      call.over('rejected', { status })
    },
    cancel: () => {},
  }
  request.on('cancel', () => call.over('cancelledByOther'))
  call.ended.then(
    () => stopTimer(),
    () => {},
  )
  if (policy.kind === 'reject') {
    call.reject(policy.status)
    return call
  }
  call.ringing()
  response.send(180, { headers: { Contact: contact } })
  if (policy.kind === 'answer') {
    if (policy.tone !== undefined) media.sendTone(policy.tone)
    stopTimer = clock.after(policy.afterMs, () => {
      call.answer().catch((error: unknown) => logger.warn({ reason: messageOf(error) }, 'softphone: answer failed'))
    })
  }
  return call
}

async function answerCall(
  { srf, request, response, contact, media }: IncomingCallOptions,
  call: PhoneCall,
): Promise<void> {
  if (call.isOver || response.finalResponseSent) return
  const localSdp = request.body ? media.answer(request.body) : media.offer('sendrecv')
  if (localSdp === undefined) {
    call.reject(488)
    return
  }
  try {
    const dialog = await srf.createUAS(request, response, { localSdp, headers: { Contact: contact } })
    if (!request.body) dialog.on('ack', (ack) => media.accept(ack.body))
    call.established(dialog)
  } catch (error) {
    // The caller gave up in the same moment: the CANCEL was first, and the call is over already.
    if (!call.isOver) call.over('cancelledByOther', { reason: messageOf(error) })
  }
}
