import { tagOf } from './grammar.ts'
import { reasonPhrase } from './reason-phrases.ts'
import { field, type HeaderField, type SipRequest, type SipResponse } from './sip-message.ts'

export interface ResponseParts {
  readonly status: number
  readonly reason?: string
  /** Given to the To header unless the request has one already; never to a 100. */
  readonly toTag?: string | undefined
  readonly headers?: readonly HeaderField[]
  readonly body?: string
}

const copied = new Set(['via', 'from', 'to', 'call-id', 'cseq'])

/** A response with the headers RFC 3261 section 8.2.6.2 takes over from the request, byte for byte. */
export function buildResponse(request: SipRequest, parts: ResponseParts): SipResponse {
  const { status, reason = reasonPhrase(status), toTag, headers = [], body = '' } = parts
  const own = request.headers.filter(({ key }) => copied.has(key) || (key === 'timestamp' && status === 100))
  const tagged = own.map((each) => (each.key === 'to' && status > 100 ? withTag(each, toTag) : each))
  return { kind: 'response', status, reason, headers: [...tagged, ...routes(request, status), ...headers], body }
}

function withTag(to: HeaderField, tag: string | undefined): HeaderField {
  if (tag === undefined || tagOf(to.value) !== undefined) return to
  return field('To', `${to.value};tag=${tag}`)
}

/** A response that makes a dialog carries the proxies' Record-Route back (RFC 3261 section 12.1.1). */
function routes(request: SipRequest, status: number): HeaderField[] {
  const formsDialog = (request.method === 'INVITE' || request.method === 'SUBSCRIBE') && status > 100 && status < 300
  return formsDialog ? request.headers.filter(({ key }) => key === 'record-route') : []
}
