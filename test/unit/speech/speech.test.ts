import { afterEach, expect, test } from 'vitest'
import { speak } from '../../../src/speech/index.ts'

const path = process.env['PATH']
afterEach(() => {
  process.env['PATH'] = path
})

test('speech - without the program the refusal names the package to install', async () => {
  process.env['PATH'] = '/nowhere'

  const spoken = speak({ text: 'hello', voice: { voice: 'en', wordsPerMinute: 160 } })

  await expect(spoken).rejects.toMatchObject({ code: 'speech-unavailable', status: 503 })
  await expect(spoken).rejects.toThrow(/apt-get install espeak-ng/)
})
