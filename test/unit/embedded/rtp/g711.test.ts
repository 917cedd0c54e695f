import { expect, test } from 'vitest'
import { decodeG711, encodeG711 } from '../../../../src/embedded/rtp/index.ts'

function decoded(law: 'alaw' | 'ulaw', octets: readonly number[]): number[] {
  const samples = new Int16Array(octets.length)
  decodeG711(law, Uint8Array.from(octets), samples)
  return [...samples]
}

test('G.711 - the values ITU-T names are met', () => {
  // G.711 tables 1a and 2a: the ends and the middle of the scale, in 16-bit terms.
  expect(decoded('alaw', [0xd5, 0x55, 0xaa, 0x2a])).toEqual([8, -8, 32_256, -32_256])
  expect(decoded('ulaw', [0xff, 0x7f, 0x80, 0x00])).toEqual([0, 0, 32_124, -32_124])
})

test.each(['alaw', 'ulaw'] as const)('G.711 %s - every octet survives decoding and encoding', (law) => {
  const octets = Uint8Array.from({ length: 256 }, (_, octet) => octet)
  const samples = new Int16Array(256)
  const again = new Uint8Array(256)

  decodeG711(law, octets, samples)
  encodeG711(law, samples, again)

  // µ-law has two zeros; the negative one comes back as the positive one.
  const differing = [...octets].filter((octet) => again[octet] !== octet)
  expect(differing).toEqual(law === 'ulaw' ? [0x7f] : [])
})

test.each(['alaw', 'ulaw'] as const)('G.711 %s - speech comes back within the step of its segment', (law) => {
  const samples = Int16Array.from({ length: 4000 }, (_, index) => Math.round((index - 2000) * 16))
  const octets = new Uint8Array(samples.length)
  const again = new Int16Array(samples.length)

  encodeG711(law, samples, octets)
  decodeG711(law, octets, again)

  for (let index = 0; index < samples.length; index += 1) {
    const sample = samples[index] ?? 0
    expect(Math.abs((again[index] ?? 0) - sample)).toBeLessThanOrEqual(Math.max(16, Math.abs(sample) / 16))
  }
})
