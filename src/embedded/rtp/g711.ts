/**
 * G.711 both ways. Companding is one table look-up a sample: a tick of 200 streams touches 64,000 samples, and the
 * segment search of ITU-T G.711 done for each would cost more than the sockets do.
 */
export type G711Law = 'alaw' | 'ulaw'

/** RTP payload types of RFC 3551 section 6: PCMU is 0, PCMA is 8. */
export const payloadTypeOf: Readonly<Record<G711Law, number>> = { ulaw: 0, alaw: 8 }

export function lawOfPayloadType(payloadType: number): G711Law | undefined {
  if (payloadType === payloadTypeOf.alaw) return 'alaw'
  return payloadType === payloadTypeOf.ulaw ? 'ulaw' : undefined
}

/** Linear samples → one octet each. Converts `samples.length` samples, or as many as `octets` can hold. */
export function encodeG711(law: G711Law, samples: Int16Array, octets: Uint8Array): void {
  const table = encodeTables[law]
  const length = Math.min(samples.length, octets.length)
  for (let index = 0; index < length; index += 1) octets[index] = table[(samples[index] ?? 0) + 32_768] ?? 0
}

/** Octets → 16-bit linear samples. Converts `octets.length` octets, or as many as `samples` can hold. */
export function decodeG711(law: G711Law, octets: Uint8Array, samples: Int16Array): void {
  const table = decodeTables[law]
  const length = Math.min(samples.length, octets.length)
  for (let index = 0; index < length; index += 1) samples[index] = table[octets[index] ?? 0] ?? 0
}

/** The table of one law, for a reader that walks octets itself. */
export function decodeTableOf(law: G711Law): Int16Array {
  return decodeTables[law]
}

function aLawToLinear(octet: number): number {
  // Even bits are inverted on the line (G.711 section 3.2), hence 0x55.
  const code = octet ^ 0x55
  const segment = (code & 0x70) >> 4
  const mantissa = (code & 0x0f) << 4
  const magnitude = segment === 0 ? mantissa + 8 : (mantissa + 0x108) << (segment - 1)
  return code & 0x80 ? magnitude : -magnitude
}

function linearToALaw(sample: number): number {
  const scaled = sample >> 3
  const mask = scaled >= 0 ? 0xd5 : 0x55
  const magnitude = scaled >= 0 ? scaled : -scaled - 1
  const segment = segmentOf(magnitude, 0x1f)
  const step = segment < 2 ? 1 : segment
  return ((segment << 4) | ((magnitude >> step) & 0x0f)) ^ mask
}

function uLawToLinear(octet: number): number {
  const code = ~octet & 0xff
  const magnitude = (((code & 0x0f) << 3) + 0x84) << ((code & 0x70) >> 4)
  return code & 0x80 ? 0x84 - magnitude : magnitude - 0x84
}

function linearToULaw(sample: number): number {
  const scaled = sample >> 2
  const mask = scaled >= 0 ? 0xff : 0x7f
  const biased = Math.min(Math.abs(scaled), 8159) + 33
  const segment = segmentOf(biased, 0x3f)
  return ((segment << 4) | ((biased >> (segment + 1)) & 0x0f)) ^ mask
}

/** Which of the eight segments holds `magnitude`, when the first one ends at `firstEnd`. */
function segmentOf(magnitude: number, firstEnd: number): number {
  let end = firstEnd
  let segment = 0
  while (magnitude > end && segment < 7) {
    end = (end << 1) | 1
    segment += 1
  }
  return segment
}

const decodeTables: Readonly<Record<G711Law, Int16Array>> = {
  alaw: Int16Array.from({ length: 256 }, (_, octet) => aLawToLinear(octet)),
  ulaw: Int16Array.from({ length: 256 }, (_, octet) => uLawToLinear(octet)),
}

const encodeTables: Readonly<Record<G711Law, Uint8Array>> = {
  alaw: Uint8Array.from({ length: 65_536 }, (_, index) => linearToALaw(index - 32_768)),
  ulaw: Uint8Array.from({ length: 65_536 }, (_, index) => linearToULaw(index - 32_768)),
}
