import { newBranch, type RawMessage, type RawPhone, request } from './raw-sip.ts'

/** What came of an INVITE said byte by byte. */
export interface RawCall {
  readonly callId: string
  readonly status: number
  readonly final: RawMessage
  /** Ends an answered call. */
  hangUp(): void
}

export const plainSdp = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=audio 40000 RTP/AVP 8 101',
  'a=rtpmap:101 telephone-event/8000',
  '',
].join('\r\n')

/** An ordinary INVITE to a number, to be spoilt. */
export function inviteText(
  phone: RawPhone,
  { number, port, callId = newBranch() }: { number: string; port: number; callId?: string },
): string {
  const uri = `sip:${number}@127.0.0.1:${port}`
  const from = '<sip:13900000000@127.0.0.1>;tag=caller'
  return request({ phone, method: 'INVITE', uri, callId, from, to: `<${uri}>`, body: plainSdp })
}

/** Sends an INVITE and waits for the final answer; one that is answered is acknowledged. Undefined when none came. */
export async function placeRawCall(
  phone: RawPhone,
  {
    text,
    port,
    withinMs = 8000,
    cuts = [],
  }: {
    text: string
    port: number
    withinMs?: number
    /** Places at which a stream is cut into pieces. */
    cuts?: readonly number[]
  },
): Promise<RawCall | undefined> {
  const callId = /^Call-ID: (.*)\r$/m.exec(text)?.[1] ?? ''
  const isFinal = (message: RawMessage) =>
    message.header('call-id') === callId &&
    /INVITE/.test(message.header('cseq') ?? '') &&
    /^[2-6]\d\d$/.test(message.kind)
  const bytes = Buffer.from(text, 'latin1')
  for (const [index, start] of [0, ...cuts].entries()) {
    phone.send(bytes.subarray(start, cuts[index]), port)
    await new Promise((resolve) => setImmediate(resolve))
  }
  for (const end = Date.now() + withinMs; Date.now() < end; ) {
    const final = phone.heard.find(isFinal)
    if (final) return answered({ phone, port, text, callId, final })
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return undefined
}

function answered(parts: { phone: RawPhone; port: number; text: string; callId: string; final: RawMessage }): RawCall {
  const { phone, port, text, callId, final } = parts
  const status = Number(final.kind)
  const inDialog = (method: 'ACK' | 'BYE', cseq: number) => {
    const from = /^From: (.*)\r$/m.exec(text)?.[1] ?? ''
    const branch = /branch=([^;\r]+)/.exec(text)?.[1]
    const isOver = status >= 300
    const target = isOver
      ? (/^INVITE (\S+)/.exec(text)?.[1] ?? '')
      : (/<([^>]+)>/.exec(final.header('contact') ?? '')?.[1] ?? '')
    const sent = request({
      phone,
      method,
      uri: target,
      callId,
      cseq,
      from,
      to: final.header('to') ?? '',
      routes: isOver
        ? []
        : final
            .headers('record-route')
            .flatMap((value) => value.split(/,\s*/))
            .reverse(),
      ...(isOver && branch !== undefined ? { branch } : {}),
    })
    phone.send(Buffer.from(sent, 'latin1'), port)
  }
  inDialog('ACK', 1)
  return { callId, status, final, hangUp: () => inDialog('BYE', 2) }
}
