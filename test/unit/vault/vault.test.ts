import { createHash } from 'node:crypto'
import { mkdtemp, open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serializeWav } from '../../../src/embedded/rtp/index.ts'
import { ConfigurationError } from '../../../src/kernel/index.ts'
import { openWav, readSoundKeys, Vault } from '../../../src/vault/index.ts'
import { type SoundAnswer, soundAnswer } from '../../../src/vault/sound-answer.ts'

const oldKey = `2025:${'11'.repeat(32)}`
const newKey = `2026:${'22'.repeat(32)}`

const wavOf = (samples: number, channels: 1 | 2 = 1) =>
  serializeWav({
    channels: Array.from({ length: channels }, (_, channel) =>
      Int16Array.from({ length: samples }, (_, index) => ((index * 31 + channel * 7919) % 20_000) - 10_000),
    ),
  })

describe('vault', () => {
  let folder: string
  let from: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'yihao-vault-'))
    from = join(folder, 'recording.wav')
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const vaultWith = (keys: string) => new Vault({ folder: join(folder, 'vault'), keys: readSoundKeys(keys) })
  const whole = async (vault: Vault, file: string) => {
    const sound = await vault.open(file)
    return bytesOf(await soundAnswer(sound, undefined))
  }
  const bytesOf = async ({ body }: SoundAnswer) => {
    const pieces: Buffer[] = []
    for await (const piece of body ?? []) pieces.push(piece as Buffer)
    return Buffer.concat(pieces)
  }

  test.each([1, 2, 160, 32_746, 32_747, 100_000])(
    'a sound of %i samples comes out as it went in, and is not readable on disk',
    async (samples) => {
      const wav = wavOf(samples)
      await writeFile(from, wav)
      const vault = vaultWith(newKey)

      const stored = await vault.store({ from, file: `a/${samples}.sealed` })

      expect(await whole(vault, stored.file)).toEqual(wav)
      expect(stored).toMatchObject({ bytes: wav.length, sha256: sha256(wav), keyId: '2026' })
      const onDisk = await readFile(join(folder, 'vault', stored.file))
      expect(onDisk.includes(wav.subarray(0, 12))).toBe(false)
      expect(onDisk.toString('latin1')).not.toContain('RIFF')
    },
  )

  test('any range is that part of the whole', async () => {
    const wav = wavOf(100_000, 2)
    await writeFile(from, wav)
    const vault = vaultWith(newKey)
    const { file } = await vault.store({ from, file: 'ranges.sealed' })
    const position = fc.integer({ min: 0, max: wav.length - 1 })

    await fc.assert(
      fc.asyncProperty(position, position, async (a, b) => {
        const [first, last] = [Math.min(a, b), Math.max(a, b)]
        const answer = await soundAnswer(await vault.open(file), `bytes=${first}-${last}`)
        expect(answer.headers['content-range']).toBe(`bytes ${first}-${last}/${wav.length}`)
        expect((await bytesOf(answer)).equals(wav.subarray(first, last + 1))).toBe(true)
      }),
      { numRuns: 50 },
    )
  })

  test.each([
    ['bytes=0-', 206, [0, 843]],
    ['bytes=800-5000', 206, [800, 843]],
    ['bytes=-44', 206, [800, 843]],
    ['bytes=-5000', 206, [0, 843]],
    ['bytes=844-', 416, undefined],
    ['bytes=-0', 416, undefined],
    ['bytes=5-2', 200, [0, 843]],
    ['bytes=0-1,5-6', 200, [0, 843]],
    ['pages=1-2', 200, [0, 843]],
    ['bytes=-', 200, [0, 843]],
  ])('%s of 844 bytes is answered with %i', async (range, status, part) => {
    await writeFile(from, wavOf(400))
    const vault = vaultWith(newKey)
    await vault.store({ from, file: 'small.sealed' })

    const answer = await soundAnswer(await vault.open('small.sealed'), range)
    const bytes = await bytesOf(answer)

    expect(answer.status).toBe(status)
    expect(answer.part).toEqual(part ? { first: part[0], last: part[1] } : null)
    expect(bytes.length).toBe(part ? Number(answer.headers['content-length']) : 0)
    if (status === 416) expect(answer.headers['content-range']).toBe('bytes */844')
  })

  test('a file sealed with an older key opens while that key is configured, and not without', async () => {
    await writeFile(from, wavOf(400))
    await vaultWith(oldKey).store({ from, file: 'old.sealed' })

    expect(await whole(vaultWith(`${newKey},${oldKey}`), 'old.sealed')).toEqual(wavOf(400))
    await expect(vaultWith(newKey).open('old.sealed')).rejects.toThrow('"2025"')
  })

  test('a changed byte, a file cut short and a wrong key of the same name do not open', async () => {
    await writeFile(from, wavOf(100_000))
    const vault = vaultWith(newKey)
    const path = (name: string) => join(folder, 'vault', name)
    for (const file of ['changed.sealed', 'cut.sealed']) await vault.store({ from, file })
    const handle = await open(path('changed.sealed'), 'r+')
    await handle.write(Buffer.from([0xff]), 0, 1, 1000)
    await handle.close()
    const { size } = await stat(path('cut.sealed'))
    // At the very border of a chunk, where every chunk that is left is sound.
    await truncate(path('cut.sealed'), 4 + 32 + 1 + 4 + 2 * (64 * 1024 + 16))

    expect(size).toBeGreaterThan(2 * 65_552)
    await expect(whole(vault, 'changed.sealed')).rejects.toThrow('changed')
    await expect(whole(vault, 'cut.sealed')).rejects.toThrow('cut short')
    await expect(whole(vaultWith(`2026:${'33'.repeat(32)}`), 'cut.sealed')).rejects.toThrow('changed')
  })

  test('what is no sound leaves nothing in the vault', async () => {
    const vault = vaultWith(newKey)
    const before = await readdir(join(folder, 'vault'))
    for (const content of ['', 'RIFF', 'hello, this is text and no sound at all']) {
      await writeFile(from, content)
      await expect(vault.store({ from, file: 'none.sealed' })).rejects.toThrow('not a WAV')
    }

    expect(await readdir(join(folder, 'vault'))).toEqual(before)
  })

  test('a recording whose header was never finished is as long as what is there', async () => {
    const wav = wavOf(8000)
    wav.writeUInt32LE(0, 40)
    await writeFile(from, wav)

    const { durationMs, heardMs } = await openWav(from)

    expect(durationMs).toBe(1000)
    expect(await heardMs()).toBe(1000)
  })

  test('a silent recording is nothing to be heard', async () => {
    await writeFile(from, serializeWav({ channels: [new Int16Array(16_000).fill(3)] }))

    expect(await (await openWav(from)).heardMs()).toBe(0)
  })

  test.each(['', 'abc', '2026:12', `2026:${'zz'.repeat(32)}`, `a b:${'11'.repeat(32)}`])('%j is no key', (text) => {
    expect(() => readSoundKeys(text)).toThrow(ConfigurationError)
  })
})

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
