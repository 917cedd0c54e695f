/** Seconds of sound and of silence: the ring of GB/T 3380, 1 s and 4 s. */
const [sounds, silent] = [1, 4]

/** The bell: made, not loaded, so that it is there when the line to the service is slow. */
export class RingTone {
  #context: AudioContext | undefined
  #timer: ReturnType<typeof setInterval> | undefined

  start(): void {
    if (this.#context) return
    this.#context = new AudioContext()
    this.#ring()
    this.#timer = setInterval(() => this.#ring(), (sounds + silent) * 1000)
  }

  stop(): void {
    clearInterval(this.#timer)
    void this.#context?.close()
    this.#context = undefined
  }

  #ring(): void {
    const context = this.#context
    if (!context) return
    const gain = context.createGain()
    gain.gain.value = 0.2
    gain.connect(context.destination)
    for (const frequency of [450, 480]) {
      const tone = context.createOscillator()
      tone.frequency.value = frequency
      tone.connect(gain)
      tone.start()
      tone.stop(context.currentTime + sounds)
    }
  }
}
