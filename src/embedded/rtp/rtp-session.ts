import type { RemoteInfo, Socket } from 'node:dgram'
import { type G711Law, lawOfPayloadType } from './g711.ts'
import { frameSamples, JitterBuffer, type JitterStats } from './jitter-buffer.ts'
import { RtpPacker } from './rtp-packer.ts'
import { parseRtp, type RtpPacket } from './rtp-packet.ts'
import type { RtpPorts } from './rtp-ports.ts'
import { RtpSourceLock } from './rtp-source-lock.ts'
import { type DigitEvent, DigitReceiver, DigitSender, type EventPayload } from './telephone-event.ts'
import type { Ticker, TickMember } from './ticker.ts'
import type { FrameSource } from './tone.ts'

/** What signalling agreed on with the other side. */
export interface RtpRemote {
  /** Numeric address and port of its SDP; port 0 sends nothing. */
  address: string
  port: number
  law: G711Law
  /** Payload type of telephone-event it takes; digits are not sent without. */
  eventPayloadType?: number
  /** A further address its packets may come from: the one its SIP came from. */
  comediaAddress?: string
}

/** Stands between the socket and the stream where the media are secured: what goes out passes it, and what comes in. */
export interface RtpSeal {
  attach(send: (datagram: Buffer, to: { address: string; port: number }) => void): void
  /** The RTP of a datagram; undefined when there is none in it for us. */
  open(datagram: Buffer, from: { address: string; port: number }): Buffer | undefined
  send(packet: Buffer): void
  close(): void
}

export interface RtpSessionStats extends JitterStats {
  readonly sent: number
  /** Datagrams that were no RTP, of an unknown payload type, or from somebody else. */
  readonly refused: number
}

export interface RtpSessionOptions {
  ports: RtpPorts
  ticker: Ticker
  /** A key was released on the other side. */
  onDigit?: (event: DigitEvent) => void
  /** The frame heard this beat; the array is used again for the next. `heard` is false for silence in want of packets. */
  onFrame?: (frame: Int16Array, heard: boolean) => void
  /** What the source gave this beat, before it is sent; `filled` is false when there is nothing to send. */
  onSend?: (frame: Int16Array, filled: boolean) => void
}

/** SIPp's play_dtmf always sends 96, whatever was negotiated. */
const sippEventPayloadType = 96

/**
 * One stream of G.711 each way on one UDP socket, paced by the shared beat. Each beat the frame received is put where
 * `received` shows it, then the source's frame is sent; without a source nothing is sent.
 */
export class RtpSession implements TickMember {
  /** The frame of this beat. Valid in the send phase of the beat, which is what makes bridging free of copies. */
  readonly received = new Int16Array(frameSamples)
  readonly #socket: Socket
  readonly #ticker: Ticker
  readonly #onFrame: RtpSessionOptions['onFrame']
  readonly #onSend: RtpSessionOptions['onSend']
  readonly #buffer = new JitterBuffer()
  readonly #digitsIn: DigitReceiver
  readonly #digitsOut = new DigitSender()
  readonly #lock = new RtpSourceLock()
  readonly #outgoing = new Int16Array(frameSamples)
  readonly #packer = new RtpPacker()
  #remote: RtpRemote | undefined
  #seal: RtpSeal | undefined
  #source: FrameSource | undefined
  #heardSsrc: number | undefined
  #heard = false
  #muted = false
  #closed = false
  #sent = 0
  #refused = 0

  private constructor(socket: Socket, { ticker, onDigit, onFrame, onSend }: RtpSessionOptions) {
    this.#socket = socket
    this.#ticker = ticker
    this.#onFrame = onFrame
    this.#onSend = onSend
    this.#digitsIn = new DigitReceiver({ onDigit: (event) => onDigit?.(event) })
    socket.on('message', this.#onMessage)
    // An ICMP port unreachable shows up here: the far end went away, and its signalling will say so.
    socket.on('error', () => {
      this.#refused += 1
    })
    ticker.add(this)
  }

  /** Binds a port of the range and joins the beat. Rejects with NoRtpPort. */
  static async open(options: RtpSessionOptions): Promise<RtpSession> {
    return new RtpSession(await options.ports.bind(), options)
  }

  /** The name of what we send (RFC 3550 section 8). */
  get ssrc(): number {
    return this.#packer.ssrc
  }

  get port(): number {
    return this.#socket.address().port
  }

  get remote(): RtpRemote | undefined {
    return this.#remote
  }

  /** Whether the frame of this beat came from the other side, rather than being silence in want of it. */
  get heard(): boolean {
    return this.#heard
  }

  get stats(): RtpSessionStats {
    return { ...this.#buffer.stats, sent: this.#sent, refused: this.#refused }
  }

  /** From now on everything passes the seal, which knows whom to believe and where to send. */
  secure(seal: RtpSeal): void {
    this.#seal = seal
    seal.attach((datagram, { address, port }) => {
      if (!this.#closed) this.#socket.send(datagram, port, address, ignoreResult)
    })
  }

  /** Sends to, and believes, this side from now on. */
  setRemote(remote: RtpRemote): void {
    this.#remote = remote
    this.#lock.allow(remote, remote.comediaAddress)
  }

  /** What is sent from the next beat on; undefined sends nothing. */
  setSource(source: FrameSource | undefined): void {
    if (this.#source === undefined) this.#packer.paused()
    this.#source = source
  }

  get source(): FrameSource | undefined {
    return this.#source
  }

  /** While set nothing at all is sent: the other side put us on hold (RFC 3264 section 8.4). */
  setMuted(muted: boolean): void {
    this.#muted = muted
  }

  /** Queues keys for sending as telephone-events. False when the other side takes none. */
  sendDigits(keys: string, durationMs = 100): boolean {
    if (this.#remote?.eventPayloadType === undefined) return false
    this.#digitsOut.push(keys, durationMs)
    return true
  }

  get sendingDigits(): boolean {
    return this.#digitsOut.busy
  }

  /** Frees the port; may be called twice. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#ticker.remove(this)
    this.#seal?.close()
    this.#socket.close()
  }

  receive(): void {
    this.#heard = this.#buffer.take(this.received)
    this.#digitsIn.beat()
    this.#onFrame?.(this.received, this.#heard)
  }

  send(): void {
    const remote = this.#remote
    const filled = this.#source?.read(this.#outgoing) ?? false
    this.#onSend?.(this.#outgoing, filled)
    this.#packer.beat()
    if (remote === undefined || this.#closed || this.#muted || remote.port === 0) return
    const event = this.#digitsOut.busy ? this.#digitsOut.next() : undefined
    if (event !== undefined && remote.eventPayloadType !== undefined) {
      this.#sendEvent(remote, remote.eventPayloadType, event)
    } else if (filled) this.#transmit(this.#packer.audio(remote.law, this.#outgoing), remote)
    else this.#packer.paused()
  }

  #sendEvent(remote: RtpRemote, payloadType: number, event: EventPayload): void {
    if (event.first) this.#packer.beginEvent()
    for (let copy = 0; copy < event.copies; copy += 1) this.#transmit(this.#packer.event(payloadType, event), remote)
  }

  #transmit(datagram: Buffer, remote: RtpRemote): void {
    this.#sent += 1
    if (this.#seal !== undefined) {
      this.#seal.send(datagram)
      return
    }
    const { port, address } = this.#lock.current ?? remote
    this.#socket.send(datagram, port, address, ignoreResult)
  }

  readonly #onMessage = (datagram: Buffer, source: RemoteInfo): void => {
    if (this.#seal !== undefined) {
      const opened = this.#seal.open(datagram, source)
      const packet = opened && parseRtp(opened)
      if (packet !== undefined && !this.#take(packet)) this.#refused += 1
      return
    }
    const packet = parseRtp(datagram)
    if (packet === undefined || !this.#lock.accepts(source, Date.now()) || !this.#take(packet)) this.#refused += 1
  }

  #take(packet: RtpPacket): boolean {
    const law = lawOfPayloadType(packet.payloadType)
    if (law !== undefined) {
      if (packet.ssrc !== this.#heardSsrc) this.#follow(packet.ssrc)
      this.#buffer.put(packet.sequence, law, packet.payload)
      return true
    }
    if (packet.payloadType !== this.#remote?.eventPayloadType && packet.payloadType !== sippEventPayloadType)
      return false
    // SIPp sends its keys as a stream of their own beside the audio; only keys within the audio's count hold a place there.
    if (packet.ssrc === this.#heardSsrc) this.#buffer.put(packet.sequence, 'alaw', nothing)
    this.#digitsIn.receive(packet.timestamp, packet.payload)
    return true
  }

  #follow(ssrc: number): void {
    this.#heardSsrc = ssrc
    this.#buffer.reset()
  }
}

const nothing = new Uint8Array(0)

// With a callback, a failed send is told to it instead of being thrown as an 'error' event for each packet.
function ignoreResult(): void {
  return
}
