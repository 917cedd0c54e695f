import type { SwitchEvent } from '../core/switch-event.ts'

/** Octets FreeSWITCH does not leave as they are in a plain event (SWITCH_URL_UNSAFE), besides control and non-ASCII. */
const unsafe = new Set([...'\r\n "#%&+:;<=>?@[\\]^`{|}'].map((character) => character.charCodeAt(0)))

/** `%XX` for everything unsafe, octet by octet of the UTF-8 form, as switch_url_encode does. */
export function urlEncode(text: string): string {
  if (/^[\w.,/!$'()*~-]*$/.test(text)) return text
  let encoded = ''
  for (const octet of Buffer.from(text, 'utf8')) {
    const plain = octet > 0x20 && octet < 0x7f && !unsafe.has(octet)
    encoded += plain ? String.fromCharCode(octet) : `%${octet.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return encoded
}

/** `Name: encoded value` a line, an empty line, and the body with its Content-Length if there is one. */
export function toPlain(event: SwitchEvent): string {
  const lines = event.headers.map(([name, value]) => `${name}: ${urlEncode(value)}\n`).join('')
  if (event.body === undefined) return `${lines}\n`
  return `${lines}Content-Length: ${Buffer.byteLength(event.body)}\n\n${event.body}`
}

/** One JSON object; the body is under `_body`. Of a header that comes twice the last counts. */
export function toJson(event: SwitchEvent): string {
  const fields: Record<string, string> = Object.fromEntries(event.headers)
  if (event.body !== undefined) {
    fields['Content-Length'] = String(Buffer.byteLength(event.body))
    fields._body = event.body
  }
  return JSON.stringify(fields)
}

/** An event as it goes out on a connection. */
export function eventFrame(event: SwitchEvent, format: 'plain' | 'json'): string {
  const text = format === 'json' ? toJson(event) : toPlain(event)
  return `Content-Length: ${Buffer.byteLength(text)}\nContent-Type: text/event-${format}\n\n${text}`
}

/** The answer to a command. Its text cannot contain a line break that would be taken for the end of the headers. */
export function replyFrame(text: string, headers: readonly (readonly [string, string])[] = []): string {
  const lines = [['Content-Type', 'command/reply'] as const, ['Reply-Text', text] as const, ...headers]
  return `${lines.map(([name, value]) => `${name}: ${value.replace(/[\r\n]+/g, ' ')}\n`).join('')}\n`
}

export function apiFrame(text: string): string {
  const body = text === '' ? '-ERR no reply\n' : text
  return `Content-Type: api/response\nContent-Length: ${Buffer.byteLength(body)}\n\n${body}`
}
