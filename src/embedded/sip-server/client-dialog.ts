import { newId } from '../../kernel/index.ts'
import type { App } from './app.ts'
import { Dialog, routeSet } from './dialog.ts'
import { parseNameAddr } from './grammar.ts'
import { cseqOf, header, headerValues, type SipRequest, type SipResponse } from './sip-message.ts'
import { parseSipUri } from './sip-uri.ts'
import type { Flow } from './transport.ts'

/** The dialog that a response to a request of an application makes (RFC 3261 section 12.1.2). */
export function clientDialog({
  app,
  request,
  dialogId = newId(),
  response,
  flow,
}: {
  app: App
  request: SipRequest
  dialogId: string | undefined
  response: SipResponse
  flow: Flow
}): Dialog {
  const contact = parseNameAddr(header(response, 'contact') ?? '')
  return new Dialog({
    id: dialogId,
    app,
    callId: header(request, 'call-id') ?? '',
    local: header(request, 'from') ?? '',
    remote: header(response, 'to') ?? '',
    localSequence: cseqOf(request).number,
    remoteSequence: 0,
    routes: routeSet(response, 'uac'),
    target: contact?.uri ?? request.uri,
    contact: header(request, 'contact') ?? '',
    behind: contactElsewhere(response, flow) ? { ...flow.remote, transport: flow.transport } : undefined,
    flow,
    isInvite: request.method === 'INVITE',
  })
}

/** With no proxy between us, an answer from another host than its Contact comes through an address translator. */
function contactElsewhere(response: SipResponse, flow: Flow): boolean {
  if (headerValues(response, 'record-route').length > 0) return false
  const uri = parseSipUri(parseNameAddr(header(response, 'contact') ?? '')?.uri ?? '')
  return uri !== undefined && uri.host !== flow.remote.host
}
