/** Bytes of a canonical WAV header: RIFF, `fmt ` and `data`, nothing else. */
export const wavHeaderLength = 44

/** The header of a WAV file of 16-bit PCM; `rate` in Hz, `dataLength` in bytes. */
export function wavHeader({
  channels,
  rate,
  dataLength,
}: {
  channels: number
  rate: number
  dataLength: number
}): Buffer {
  const header = Buffer.alloc(wavHeaderLength)
  header.write('RIFF', 0, 'latin1')
  header.writeUInt32LE(dataLength + wavHeaderLength - 8, 4)
  header.write('WAVEfmt ', 8, 'latin1')
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(channels, 22)
  header.writeUInt32LE(rate, 24)
  header.writeUInt32LE(rate * channels * 2, 28)
  header.writeUInt16LE(channels * 2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36, 'latin1')
  header.writeUInt32LE(dataLength, 40)
  return header
}
