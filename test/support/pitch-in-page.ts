/** Runs in a page: how loud a pitch is in what an analyser hears now, as an amplitude of 0 … 1. */
export const pitchInPage = `
window.amplitudeOf = (analyser, frequency) => {
  const samples = new Float32Array(analyser.fftSize)
  analyser.getFloatTimeDomainData(samples)
  let [cosine, sine] = [0, 0]
  samples.forEach((sample, index) => {
    const angle = (2 * Math.PI * frequency * index) / analyser.context.sampleRate
    cosine += sample * Math.cos(angle)
    sine += sample * Math.sin(angle)
  })
  return (2 * Math.hypot(cosine, sine)) / samples.length
}`
