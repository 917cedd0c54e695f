/**
 * Loaded into a process before its program (`node --import`): SIGUSR2 sets its clock an hour ahead, then an hour back, and
 * so on. Timers are Node's, on the monotonic clock, and do not notice, as on a machine whose clock is set.
 */
const hour = 3_600_000
const real = Date.now.bind(Date)
const RealDate = Date
let offset = 0
let steps = 0

process.on('SIGUSR2', () => {
  steps += 1
  offset += steps % 4 === 1 || steps % 4 === 0 ? hour : -hour
})

class SteppedDate extends RealDate {
  constructor(...given: unknown[]) {
    if (given.length === 0) super(SteppedDate.now())
    else super(...(given as [number]))
  }

  static override now(): number {
    return real() + offset
  }
}

globalThis.Date = SteppedDate as DateConstructor
