/**
 * RTP with G.711 for the soft switch and for the softphone tests call with. 8 kHz, frames of 160 samples, a beat of 20 ms.
 */
export type { G711Law } from './g711.ts'
export { decodeG711, encodeG711, payloadTypeOf } from './g711.ts'
export { hearsTone, loudness, toneLevel } from './goertzel.ts'
export { frameSamples, JitterBuffer } from './jitter-buffer.ts'
export { parseRtp, rtpHeaderLength, writeRtpHeader } from './rtp-packet.ts'
export { RtpPorts } from './rtp-ports.ts'
export type { RtpRemote, RtpSeal, RtpSessionStats } from './rtp-session.ts'
export { RtpSession } from './rtp-session.ts'
export type { DigitEvent } from './telephone-event.ts'
export { DigitReceiver, DigitSender } from './telephone-event.ts'
export { Ticker } from './ticker.ts'
export type { FrameSource } from './tone.ts'
export { dtmfFrequencies, ToneSource } from './tone.ts'
export { parseWav, serializeWav, WavWriter } from './wav.ts'
