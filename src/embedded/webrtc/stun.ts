import { createHmac, timingSafeEqual } from 'node:crypto'
import { crc32 } from 'node:zlib'

/** STUN (RFC 8489) as far as connectivity checks of ICE need it, over IPv4. */
const cookie = 0x2112_a442
const headerLength = 20
const types = { request: 0x0001, success: 0x0101 } as const
const attributes = {
  username: 0x0006,
  integrity: 0x0008,
  mapped: 0x0020,
  useCandidate: 0x0025,
  fingerprint: 0x8028,
} as const
const integrityLength = 20
const fingerprintMask = 0x5354_554e

/** A Binding request, and what of it decides. */
export interface BindingRequest {
  readonly transactionId: Buffer
  readonly username: string
  /** The other side chose this pair of addresses. */
  readonly useCandidate: boolean
}

/** Whether a datagram is STUN, by its first octet and the cookie (RFC 7983 section 7). */
export function isStun(datagram: Buffer): boolean {
  return datagram.length >= headerLength && (datagram[0] ?? 255) < 4 && datagram.readUInt32BE(4) === cookie
}

/** The Binding request in a datagram; undefined when it is none, is malformed, or was not made with that password. */
export function readBindingRequest(datagram: Buffer, password: string): BindingRequest | undefined {
  if (datagram.readUInt16BE(0) !== types.request || datagram.readUInt16BE(2) !== datagram.length - headerLength)
    return undefined
  let [username, useCandidate] = ['', false]
  for (let at = headerLength; at + 4 <= datagram.length; ) {
    const [type, length] = [datagram.readUInt16BE(at), datagram.readUInt16BE(at + 2)]
    const value = datagram.subarray(at + 4, at + 4 + length)
    if (value.length < length) return undefined
    if (type === attributes.username) username = value.toString('utf8')
    if (type === attributes.useCandidate) useCandidate = true
    // What stands behind the integrity is not covered by it, and so does not count (section 14.5).
    if (type === attributes.integrity) {
      const isGenuine =
        value.length === integrityLength && timingSafeEqual(value, integrityOf(datagram.subarray(0, at), password))
      return isGenuine ? { transactionId: datagram.subarray(8, headerLength), username, useCandidate } : undefined
    }
    at += 4 + Math.ceil(length / 4) * 4
  }
  return undefined
}

/** The answer: from where the request came, signed with our password. */
export function bindingSuccess(
  { transactionId }: BindingRequest,
  { address, port, password }: { address: string; port: number; password: string },
): Buffer {
  const header = Buffer.alloc(headerLength)
  header.writeUInt16BE(types.success, 0)
  header.writeUInt32BE(cookie, 4)
  transactionId.copy(header, 8)
  const answer = Buffer.concat([header, attribute(attributes.mapped, xorAddress(address, port))])
  const signed = Buffer.concat([answer, attribute(attributes.integrity, integrityOf(answer, password))])
  signed.writeUInt16BE(signed.length - headerLength + 8, 2)
  const check = Buffer.alloc(4)
  check.writeUInt32BE((crc32(signed) ^ fingerprintMask) >>> 0, 0)
  return Buffer.concat([signed, attribute(attributes.fingerprint, check)])
}

/** HMAC-SHA1 over what precedes, with the length as it is when the integrity is the last attribute (section 14.5). */
function integrityOf(preceding: Buffer, password: string): Buffer {
  const covered = Buffer.from(preceding)
  covered.writeUInt16BE(preceding.length - headerLength + 4 + integrityLength, 2)
  return createHmac('sha1', password).update(covered).digest()
}

function attribute(type: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4)
  head.writeUInt16BE(type, 0)
  head.writeUInt16BE(value.length, 2)
  return Buffer.concat([head, value])
}

/** XOR-MAPPED-ADDRESS (section 14.2): address translators that rewrite addresses in payloads do not know it for one. */
function xorAddress(address: string, port: number): Buffer {
  const value = Buffer.alloc(8)
  value.writeUInt8(1, 1)
  value.writeUInt16BE(port ^ (cookie >>> 16), 2)
  const octets = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0)
  value.writeUInt32BE((octets ^ cookie) >>> 0, 4)
  return value
}
