import { playAt } from './sound-choice.ts'

/** Seconds of sound and of silence: the ring of GB/T 3380, 1 s and 4 s. */
const [sounds, silent] = [1, 4]
/** Rings are laid out on the clock of the sound, which goes on where the timers of a hidden page rest: five minutes of them. */
const rings = 60
const loudness = 0.2

/** The bell: made, not loaded, so that it is there when the line to the service is slow. */
export class RingTone {
  #context: AudioContext | undefined

  /** Rings at a device, as {@link playAt} names it, until `stop`. */
  start(device: string): void {
    if (this.#context) return
    const context = new AudioContext()
    this.#context = context
    void playAt(context, device)
    ring(context)
  }

  /** A bell that the browser did not let sound until now is heard from its next ring on. */
  resume(): void {
    void this.#context?.resume()
  }

  stop(): void {
    void this.#context?.close()
    this.#context = undefined
  }
}

function ring(context: AudioContext): void {
  const gain = context.createGain()
  gain.gain.value = 0
  for (let count = 0; count < rings; count += 1) {
    const begins = context.currentTime + count * (sounds + silent)
    gain.gain.setValueAtTime(loudness, begins).setValueAtTime(0, begins + sounds)
  }
  gain.connect(context.destination)
  for (const frequency of [450, 480]) {
    const tone = context.createOscillator()
    tone.frequency.value = frequency
    tone.connect(gain)
    tone.start()
  }
}
