/** A command as drachtio-srf sends it: `id|type|argument|...`, then perhaps a SIP message. */
export interface Command {
  readonly id: string
  readonly type: string
  readonly args: readonly string[]
  readonly startLine: string
  readonly headerLines: readonly string[]
  readonly body: string
}

export function parseCommand(frame: string): Command {
  const end = frame.indexOf('\r\n')
  const [id = '', type = '', ...args] = (end < 0 ? frame : frame.slice(0, end)).split('|')
  const sip = end < 0 ? '' : frame.slice(end + 2)
  const headEnd = sip.indexOf('\r\n\r\n')
  const [startLine = '', ...headerLines] = (headEnd < 0 ? sip : sip.slice(0, headEnd)).split('\r\n')
  return { id, type, args, startLine, headerLines, body: headEnd < 0 ? '' : sip.slice(headEnd + 4) }
}

/** drachtio's way of writing a span of time: `2s` or `1500ms`. */
export function milliseconds(text: string | undefined): number | undefined {
  const match = /^(\d+)(ms|s)$/.exec(text ?? '')
  return match ? Number(match[1]) * (match[2] === 's' ? 1000 : 1) : undefined
}
