import type { Page } from 'playwright-core'
import { pitchInPage } from './pitch-in-page.ts'
import { until } from './until.ts'

/**
 * Runs in the page: keeps every context that plays and every element that sounds. What a context sends to its loudspeaker is looked at;
 * what the loudspeaker makes of it is beyond a page.
 */
const listener = `${pitchInPage}
window.players = []
{
  const connect = AudioNode.prototype.connect
  AudioNode.prototype.connect = function (target, ...rest) {
    if (target instanceof AudioDestinationNode) {
      const analyser = new AnalyserNode(this.context, { fftSize: 4096 })
      connect.call(this, analyser)
      players.push({ context: this.context, analyser })
    }
    return connect.call(this, target, ...rest)
  }
  const { set, get } = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'srcObject')
  window.elements = new Set()
  Object.defineProperty(HTMLMediaElement.prototype, 'srcObject', {
    get,
    set(stream) {
      elements.add(this)
      set.call(this, stream)
    },
  })
}
/** Amplitude of a frequency in what such a player sends out. */
window.sent = ({ context, analyser }, frequency) => (context.state === 'running' ? amplitudeOf(analyser, frequency) : 0)`

/** Before the first page of a window. */
export async function listenToSounds(page: Page): Promise<void> {
  await page.addInitScript({ content: listener })
}

/** The devices at which the ring, 450 and 480 Hz, sounds in this moment; '' is the system's. */
async function ringsAt(page: Page): Promise<string[]> {
  const asked = 'players.filter((p) => sent(p, 450) > 0.05 && sent(p, 480) > 0.05).map((p) => p.context.sinkId)'
  return (await page.evaluate(asked)) as string[]
}

/** The devices at which elements play a stream; '' is the system's. */
export async function playsAt(page: Page): Promise<string[]> {
  return (await page.evaluate(
    '[...elements].filter((one) => one.srcObject && !one.paused).map((one) => one.sinkId)',
  )) as string[]
}

/** Waits until the page rings, and tells where. */
export async function rings(page: Page, withinMs = 30_000): Promise<string> {
  let at: string[] = []
  const sounds = async () => {
    at = await ringsAt(page)
    return at.length > 0
  }
  await until(sounds, 'the page rings', withinMs, 50)
  return at.join()
}

/** Waits until nothing that could ring is left: between two rings there is silence, and the bell is there all the same. */
export async function isSilent(page: Page): Promise<void> {
  const bells = "players.filter(({ context }) => context.state !== 'closed').length"
  await until(async () => (await page.evaluate(bells)) === 0, 'the bell is gone', 30_000)
}

/** The devices the page can play at, by their names. */
export async function loudspeakers(page: Page): Promise<ReadonlyMap<string, string>> {
  const told = `navigator.mediaDevices.enumerateDevices().then((all) =>
    all.filter(({ kind }) => kind === 'audiooutput').map(({ label, deviceId }) => [label, deviceId]))`
  return new Map((await page.evaluate(told)) as [string, string][])
}
