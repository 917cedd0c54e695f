import { newId, newSecret } from '../../kernel/index.ts'
import type { App } from './app.ts'
import { appHeaders, withOwnHost } from './app-headers.ts'
import { parseNameAddr, tagOf } from './grammar.ts'
import { field, type HeaderField, type SipRequest, without } from './sip-message.ts'
import type { Endpoint } from './transport.ts'
import { withContentType } from './ua-services.ts'

/** A request as an application wrote it. */
export interface AppRequest {
  readonly app: App
  readonly messageId: string
  readonly method: string
  readonly uri: string
  readonly headerLines: readonly string[]
  readonly body: string
}

/** Why an application's request was not sent, in drachtio-server's words where drachtio-srf reads them. */
export class RequestRefused extends Error {}

/** The application's headers without those that follow from the dialog and are not its to choose. */
export function freeHeaders({ headerLines, body }: AppRequest, own: Endpoint | undefined): HeaderField[] {
  const given = without(appHeaders(headerLines, own), 'from', 'to', 'call-id', 'cseq', 'max-forwards')
  const headers = withContentType(given, body)
  const isDescribed = body === '' || headers.some(({ key }) => key === 'content-type')
  if (!isDescribed) throw new RequestRefused('missing content-type')
  return headers
}

/** A request outside any dialog, with what the application left out filled in as drachtio-server does. */
export function initialRequest(
  asked: AppRequest,
  { own, contact }: { own: Endpoint | undefined; contact: string },
): SipRequest {
  const { method, uri, body } = asked
  const given = appHeaders(asked.headerLines, own)
  const value = (key: string) => given.find((each) => each.key === key)?.value
  const written = bracketed(value('from') ?? contact)
  const from = own ? withOwnHost(written, own) : written
  if (!parseNameAddr(from)) throw new RequestRefused(`invalid from value provided by client: ${from}`)
  const needsContact = (method === 'INVITE' || method === 'SUBSCRIBE') && value('contact') === undefined
  const sequence = /^\d+/.exec(value('cseq') ?? '')?.[0] ?? String(1 + Math.floor(Math.random() * 2 ** 20))
  const headers = [
    field('Max-Forwards', value('max-forwards') ?? '70'),
    field('From', tagOf(from) === undefined ? `${from};tag=${newSecret(9)}` : from),
    field('To', bracketed(value('to') ?? uri)),
    field('Call-ID', value('call-id') ?? newId()),
    field('CSeq', `${sequence} ${method}`),
    ...(needsContact ? [field('Contact', contact)] : []),
    ...freeHeaders(asked, own),
  ]
  return { kind: 'request', method, uri, headers, body }
}

function bracketed(value: string): string {
  if (value.includes('<')) return value
  return value.replace(/^([^;]*)(.*)$/, (_, uri: string, tail: string) => inBrackets(uri, tail))
}

/** `sip:a@b;tag=1` has a header parameter, `sip:a@b;transport=tcp` one of the URI: only a tag is the header's. */
function inBrackets(uri: string, tail: string): string {
  const tag = /;tag=[^;]*/i.exec(tail)?.[0] ?? ''
  return `<${uri}${tail.replace(tag, '')}>${tag}`
}
