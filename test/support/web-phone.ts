import {
  MediaStreamTrack,
  RTCPeerConnection,
  RTCRtpCodecParameters,
  type RTCRtpSender,
  RtpHeader,
  RtpPacket,
} from 'werift'
import {
  DigitSender,
  decodeG711,
  encodeG711,
  frameSamples,
  hearsTone,
  ToneSource,
} from '../../src/embedded/rtp/index.ts'
import { newBranch, type RawMessage, type RawPhone, request, response, udpPhone } from './raw-sip.ts'
import { until } from './until.ts'

const eventPayloadType = 101
const audio = [
  new RTCRtpCodecParameters({ mimeType: 'audio/PCMA', clockRate: 8000, channels: 1, payloadType: 8 }),
  new RTCRtpCodecParameters({
    mimeType: 'audio/telephone-event',
    clockRate: 8000,
    channels: 1,
    payloadType: eventPayloadType,
  }),
]
/** Half a second of what was heard last. */
const memorySamples = 4000

/** A phone as a page makes one: WebRTC media (werift's, complete ICE and all), and SIP over UDP straight to a switch. */
export class WebPhone {
  readonly sip: RawPhone
  readonly #connection = new RTCPeerConnection({
    codecs: { audio },
    iceServers: [],
    iceUseIpv6: false,
    iceInterfaceAddresses: { udp4: '127.0.0.1' },
  })
  readonly #track = new MediaStreamTrack({ kind: 'audio' })
  readonly #sender: RTCRtpSender
  readonly #heard: number[] = []
  readonly #digits = new DigitSender()
  readonly #beat: NodeJS.Timeout
  #sequence = 0

  private constructor({ sip, tone }: { sip: RawPhone; tone: number }) {
    this.sip = sip
    const { sender } = this.#connection.addTransceiver(this.#track, { direction: 'sendrecv' })
    this.#sender = sender
    this.#connection.onTrack.subscribe((track) => track.onReceiveRtp.subscribe(({ payload }) => this.#hear(payload)))
    const source = new ToneSource({ frequencies: [tone] })
    this.#beat = setInterval(() => this.#send(source), 20)
  }

  static async open({ tone }: { tone: number }): Promise<WebPhone> {
    return new WebPhone({ sip: await udpPhone(), tone })
  }

  /** Dials; resolves with the INVITE's parts, before any answer. */
  async dial(number: string, switchPort: number) {
    await this.#connection.setLocalDescription(await this.#connection.createOffer())
    const uri = `sip:${number}@127.0.0.1:${switchPort}`
    const invite = {
      phone: this.sip,
      method: 'INVITE',
      uri,
      callId: newBranch(),
      branch: newBranch(),
      body: this.#sdp(),
    }
    this.sip.send(request(invite), switchPort)
    return invite
  }

  /** Takes the switch's answer to what was dialled; settled when sound can come and go. */
  async answered(invite: { callId: string; uri: string }, switchPort: number): Promise<RawMessage> {
    const answer = await this.sip.expect('200', 10_000)
    await this.#connection.setRemoteDescription({ type: 'answer', sdp: spelledOut(answer.body) })
    const dialog = { to: answer.header('to') ?? '', from: answer.header('from') ?? '', callId: invite.callId }
    this.sip.send(request({ phone: this.sip, method: 'ACK', uri: invite.uri, ...dialog }), switchPort)
    await until(() => this.#connection.connectionState === 'connected', 'ICE and DTLS are done')
    return answer
  }

  /** Answers the next call of the switch. */
  async answer(switchPort: number): Promise<RawMessage> {
    const invite = await this.sip.expect('INVITE', 10_000)
    await this.#connection.setRemoteDescription({ type: 'offer', sdp: spelledOut(invite.body) })
    await this.#connection.setLocalDescription(await this.#connection.createAnswer())
    const contact = this.sip.uri('caller')
    this.sip.send(response(invite, 200, { tag: 'web', contact, body: asOffered(this.#sdp(), invite.body) }), switchPort)
    await this.sip.expect('ACK', 10_000)
    return invite
  }

  async hears(frequency: number): Promise<void> {
    await until(() => hearsTone(Int16Array.from(this.#heard), frequency), `${frequency} Hz is heard over WebRTC`)
  }

  press(keys: string): void {
    this.#digits.push(keys, 100)
  }

  async close(): Promise<void> {
    clearInterval(this.#beat)
    await this.#connection.close()
    await this.sip.close()
  }

  #sdp(): string {
    return this.#connection.localDescription?.sdp ?? ''
  }

  #hear(payload: Buffer): void {
    const samples = new Int16Array(payload.length)
    decodeG711('alaw', payload, samples)
    this.#heard.push(...samples)
    this.#heard.splice(0, Math.max(0, this.#heard.length - memorySamples))
  }

  #send(source: ToneSource): void {
    const event = this.#digits.busy ? this.#digits.next() : undefined
    const samples = new Int16Array(frameSamples)
    source.read(samples)
    const octets = Buffer.alloc(frameSamples)
    encodeG711('alaw', samples, octets)
    this.#timestamp += frameSamples
    if (event === undefined) return this.#write(octets, { payloadType: 8, timestamp: this.#timestamp })
    if (event.first) this.#eventBegan = this.#timestamp
    const { first, octets: key } = event
    for (let copy = 0; copy < event.copies; copy += 1) {
      this.#write(Buffer.from(key), { payloadType: eventPayloadType, timestamp: this.#eventBegan, marker: first })
    }
  }

  #timestamp = 0
  #eventBegan = 0

  #write(payload: Buffer, header: { payloadType: number; timestamp: number; marker?: boolean }): void {
    this.#sequence = (this.#sequence + 1) & 0xffff
    // The sender writes the payload type of its codec, whatever the packet says.
    if (this.#sender.codec) this.#sender.codec.payloadType = header.payloadType
    this.#track.writeRtp(new RtpPacket(new RtpHeader({ ...header, sequenceNumber: this.#sequence, ssrc: 1 }), payload))
  }
}

/**
 * FreeSWITCH leaves out what goes without saying: the name of the only media section (RFC 8829 section 5.10), and that sound goes both
 * ways (RFC 8866 section 6.7). Browsers know; werift 0.24.4 throws at the one and takes the other for inactive.
 */
function spelledOut(sdp: string): string {
  const lines = [
    ...(/^a=mid:/m.test(sdp) ? [] : ['a=mid:0']),
    ...(/^a=(?:send|recv|inactive)/m.test(sdp) ? [] : ['a=sendrecv']),
  ]
  return lines.reduce((text, line) => `${text.trimEnd()}\r\n${line}\r\n`, sdp)
}

/** The profile of an answer is that of the offer (RFC 8829 section 5.3.1), and FreeSWITCH offers the older name of it. */
function asOffered(answer: string, offer: string): string {
  const profile = /^m=audio \d+ (\S+)/m.exec(offer)?.[1] ?? ''
  return answer.replace(/^(m=audio \d+) \S+/m, `$1 ${profile}`)
}
