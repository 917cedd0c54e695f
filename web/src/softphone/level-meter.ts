/** How loud a stream is, 0 … 1, asked for as often as somebody looks. */
export class LevelMeter {
  readonly #context: AudioContext
  readonly #analyser: AnalyserNode
  readonly #samples: Float32Array<ArrayBuffer>

  constructor(stream: MediaStream) {
    this.#context = new AudioContext()
    this.#analyser = this.#context.createAnalyser()
    this.#analyser.fftSize = 1024
    this.#samples = new Float32Array(this.#analyser.fftSize)
    this.#context.createMediaStreamSource(stream).connect(this.#analyser)
  }

  level(): number {
    this.#analyser.getFloatTimeDomainData(this.#samples)
    const power = this.#samples.reduce((sum, sample) => sum + sample * sample, 0) / this.#samples.length
    // 60 dB on the scale: speech is then about the middle.
    return power === 0 ? 0 : Math.max(0, Math.min(1, 1 + Math.log10(power) / 6))
  }

  close(): void {
    void this.#context.close()
  }
}
