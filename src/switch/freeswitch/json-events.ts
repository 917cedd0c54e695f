import type { HeaderParser } from 'modesl'

export type EslHeaders = Readonly<Record<string, string>>

/**
 * Takes what modesl has framed as an event, and leaves it the rest. An event has 200 headers and more; modesl makes a list of
 * them and tells it under four names to listeners nobody has, which costs more than reading the JSON does.
 */
export function takeJsonEvents(parser: HeaderParser, onEvent: (headers: EslHeaders) => void): void {
  const parse = parser._parseEvent.bind(parser)
  parser._parseEvent = (frame, body = '') => {
    if (frame['Content-Type'] === 'text/event-json') onEvent(headersOf(body))
    else parse(frame, body)
  }
}

/** A header that is there several times is a list in the JSON. Throws when it is none. */
function headersOf(json: string): EslHeaders {
  const headers = JSON.parse(json) as Record<string, unknown>
  for (const name in headers) if (typeof headers[name] !== 'string') headers[name] = String(headers[name])
  return headers as EslHeaders
}
