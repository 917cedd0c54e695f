import { writeFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { frameSamples, serializeWav, ToneSource } from '../../src/embedded/rtp/index.ts'
import { until } from './until.ts'

/** Writes a WAV file of two seconds of one tone, for a browser's microphone. */
export function writeTone(path: string, frequency: number): void {
  const samples = new Int16Array(100 * frameSamples)
  const source = new ToneSource({ frequencies: [frequency] })
  for (let at = 0; at < samples.length; at += frameSamples) source.read(samples.subarray(at, at + frameSamples))
  writeFileSync(path, serializeWav({ channels: [samples] }))
}

/** Runs in the page: keeps the voice a call brings, and tells how loud a pitch is in it. */
const ears = `
localStorage.setItem('yihao.sound', JSON.stringify({ cleaned: false }))
window.levelOf = () => 0
const Native = RTCPeerConnection
window.RTCPeerConnection = class extends Native {
  constructor(...options) {
    super(...options)
    this.addEventListener('track', ({ track }) => {
      const context = new AudioContext()
      const analyser = context.createAnalyser()
      analyser.fftSize = 4096
      context.createMediaStreamSource(new MediaStream([track])).connect(analyser)
      const samples = new Float32Array(analyser.fftSize)
      window.levelOf = (frequency) => {
        analyser.getFloatTimeDomainData(samples)
        let [cosine, sine] = [0, 0]
        samples.forEach((sample, index) => {
          const angle = (2 * Math.PI * frequency * index) / context.sampleRate
          cosine += sample * Math.cos(angle)
          sine += sample * Math.sin(angle)
        })
        return (2 * Math.hypot(cosine, sine)) / samples.length
      }
    })
  }
}`

/** Ears for a page. Nothing is cleaned from its microphone: a steady tone is what a browser takes for noise. */
export async function giveEars(page: Page): Promise<void> {
  await page.addInitScript({ content: ears })
}

/** How loud that pitch is in the page's ears now, as an amplitude of 0 … 1. */
async function levelOf(page: Page, frequency: number): Promise<number> {
  return Number(await page.evaluate(`levelOf(${frequency})`))
}

/** Waits until the page plainly hears the pitch. */
export async function hearsPitch(page: Page, frequency: number): Promise<void> {
  await until(async () => (await levelOf(page, frequency)) > 0.05, `${frequency} Hz is heard in the page`, 30_000)
}

/** Waits until the page hears nothing of the pitch. */
export async function hearsNoPitch(page: Page, frequency: number): Promise<void> {
  await until(async () => (await levelOf(page, frequency)) < 0.01, `${frequency} Hz is not heard in the page`, 30_000)
}
