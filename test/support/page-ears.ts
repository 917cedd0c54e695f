import type { Page } from 'playwright-core'
import { pitchInPage } from './pitch-in-page.ts'
import { until } from './until.ts'

/** Runs in the page: keeps the voice a call brings, and tells how loud a pitch is in it. */
const ears = `${pitchInPage}
localStorage.setItem('yihao.sound', JSON.stringify({ cleaned: false }))
window.levelOf = () => 0
// One for all calls of the page: a browser opens no more than some fifty outputs.
let context
const tracks = []
window.earsSay = () => JSON.stringify({
  context: context && [context.state, context.currentTime],
  tracks: tracks.map(({ muted, readyState }) => [muted, readyState]),
})
const Native = RTCPeerConnection
window.RTCPeerConnection = class extends Native {
  constructor(...options) {
    super(...options)
    this.addEventListener('track', ({ track }) => {
      context ??= new AudioContext()
      tracks.push(track)
      const analyser = context.createAnalyser()
      analyser.fftSize = 4096
      context.createMediaStreamSource(new MediaStream([track])).connect(analyser)
      window.levelOf = (frequency) => amplitudeOf(analyser, frequency)
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
  const what = `${frequency} Hz is heard in the page`
  await until(async () => (await levelOf(page, frequency)) > 0.05, what, 30_000).catch(async (error: Error) => {
    const phone = await page.locator('[data-test=phone-state]').getAttribute('data-call')
    throw new Error(`${error.message}; its phone is ${phone}, its ears say ${await page.evaluate('earsSay()')}`)
  })
}

/** Waits until the page hears nothing of the pitch. */
export async function hearsNoPitch(page: Page, frequency: number): Promise<void> {
  await until(async () => (await levelOf(page, frequency)) < 0.01, `${frequency} Hz is not heard in the page`, 30_000)
}
