/** RTP's fixed header (RFC 3550 section 5.1), read strictly and written into a buffer the caller keeps. */
export interface RtpHeader {
  marker: boolean
  payloadType: number
  sequence: number
  timestamp: number
  ssrc: number
}

/** A parsed packet. `payload` is a view of the datagram, not a copy. */
export interface RtpPacket extends RtpHeader {
  payload: Uint8Array
}

export const rtpHeaderLength = 12

/**
 * The packet in `datagram`, or undefined when it is not RTP version 2, is cut short, has a padding count that does not
 * fit, or is RTCP (payload types 72–76 after the marker bit, RFC 5761 section 4).
 */
export function parseRtp(datagram: Buffer): RtpPacket | undefined {
  if (datagram.length < rtpHeaderLength) return undefined
  const flags = datagram.readUInt8(0)
  if (flags >> 6 !== 2) return undefined
  const second = datagram.readUInt8(1)
  const payloadType = second & 0x7f
  if (payloadType >= 72 && payloadType <= 76) return undefined
  const start = payloadStart(datagram, flags)
  const end = payloadEnd(datagram, flags)
  if (start === undefined || end === undefined || end < start) return undefined
  return {
    marker: second >= 0x80,
    payloadType,
    sequence: datagram.readUInt16BE(2),
    timestamp: datagram.readUInt32BE(4),
    ssrc: datagram.readUInt32BE(8),
    payload: datagram.subarray(start, end),
  }
}

function payloadStart(datagram: Buffer, flags: number): number | undefined {
  const afterSources = rtpHeaderLength + (flags & 0x0f) * 4
  if ((flags & 0x10) === 0) return afterSources <= datagram.length ? afterSources : undefined
  if (afterSources + 4 > datagram.length) return undefined
  const start = afterSources + 4 + datagram.readUInt16BE(afterSources + 2) * 4
  return start <= datagram.length ? start : undefined
}

function payloadEnd(datagram: Buffer, flags: number): number | undefined {
  if ((flags & 0x20) === 0) return datagram.length
  const padding = datagram.readUInt8(datagram.length - 1)
  return padding >= 1 && padding <= datagram.length - rtpHeaderLength ? datagram.length - padding : undefined
}

/** Writes the header into the first 12 octets of `target`; fields wrap at their width as RFC 3550 wants. */
export function writeRtpHeader(target: Buffer, header: RtpHeader): void {
  target.writeUInt8(0x80, 0)
  target.writeUInt8((header.marker ? 0x80 : 0) | (header.payloadType & 0x7f), 1)
  target.writeUInt16BE(header.sequence & 0xffff, 2)
  target.writeUInt32BE(header.timestamp >>> 0, 4)
  target.writeUInt32BE(header.ssrc >>> 0, 8)
}

/** How far `sequence` is ahead of `reference` on the 16-bit circle: −32768 … 32767. */
export function sequenceDistance(sequence: number, reference: number): number {
  return ((sequence - reference) << 16) >> 16
}
