import type { MediaAttributes, SessionDescription, SharedAttributes } from 'sdp-transform'
import type { Fingerprint } from '../../webrtc/index.ts'

/** What an SDP says of secured media: WebRTC's ICE and DTLS-SRTP (RFC 8829, RFC 8839, RFC 8842). */
export interface SdpSecurity {
  /** RTP/SAVPF as some write it, UDP/TLS/RTP/SAVPF as it should be: an answer repeats the offer's (RFC 5764 section 8). */
  readonly protocol: string
  readonly ufrag: string
  readonly password: string
  readonly fingerprint: Fingerprint
  readonly setup: 'actpass' | 'active' | 'passive'
  /** The name of the stream within a bundle of one. */
  readonly mid: string | undefined
}

/** The security of an audio stream; undefined when it has none that we know. */
export function readSecurity(
  audio: MediaAttributes & SharedAttributes & { protocol: string },
  session: SessionDescription,
): SdpSecurity | undefined {
  const { protocol } = audio
  const [ufrag, password] = [audio.iceUfrag ?? session.iceUfrag, audio.icePwd ?? session.icePwd]
  const fingerprint = audio.fingerprint ?? session.fingerprint
  if (!/(?:^|\/)RTP\/SAVPF$/.test(protocol) || ufrag === undefined || password === undefined) return undefined
  if (fingerprint === undefined || !/^sha-(?:256|384|512)$/i.test(fingerprint.type)) return undefined
  const setup = audio.setup ?? session.setup
  return {
    protocol,
    ufrag,
    password,
    fingerprint: { algorithm: fingerprint.type.toLowerCase(), value: fingerprint.hash },
    setup: setup === 'active' || setup === 'passive' ? setup : 'actpass',
    mid: audio.mid === undefined ? undefined : String(audio.mid),
  }
}

interface SecurityLines {
  readonly protocol: string
  readonly session: readonly string[]
  readonly media: readonly string[]
}

/** The lines of an SDP that say how we secure the stream; plain RTP without. One candidate: the socket itself. */
export function securityLines(
  security: SdpSecurity | undefined,
  { address, port, ssrc }: { address: string; port: number; ssrc: number },
): SecurityLines {
  if (security === undefined) return { protocol: 'RTP/AVP', session: [], media: [] }
  const { protocol, ufrag, password, fingerprint, setup, mid } = security
  return {
    protocol,
    session: ['a=ice-lite', ...(mid === undefined ? [] : [`a=group:BUNDLE ${mid}`]), 'a=msid-semantic: WMS yihao'],
    media: [
      ...(mid === undefined ? [] : [`a=mid:${mid}`]),
      'a=rtcp-mux',
      `a=ice-ufrag:${ufrag}`,
      `a=ice-pwd:${password}`,
      `a=fingerprint:${fingerprint.algorithm} ${fingerprint.value}`,
      `a=setup:${setup}`,
      'a=msid:yihao audio',
      `a=ssrc:${ssrc} cname:yihao`,
      `a=candidate:1 1 udp 2130706431 ${address} ${port} typ host`,
      'a=end-of-candidates',
    ],
  }
}
