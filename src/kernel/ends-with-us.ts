import type { ChildProcess } from 'node:child_process'

/** Programs that nobody else ends, and the signal that ends each. */
const running = new Map<ChildProcess, NodeJS.Signals>()
const deadly = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const

/**
 * Ends a program that we started when we end ourselves: in order, or by a signal that nobody here listens to, of which Node
 * dies without another word. SIGKILL alone leaves it behind. Who wants to wait for its end ends it before.
 */
export function endsWithUs(program: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): void {
  if (!running.size) watch()
  running.set(program, signal)
  program.once('exit', () => {
    running.delete(program)
    if (!running.size) unwatch()
  })
}

function watch(): void {
  process.on('exit', endAll)
  for (const signal of deadly) process.on(signal, dieOf)
}

function unwatch(): void {
  process.off('exit', endAll)
  for (const signal of deadly) process.off(signal, dieOf)
}

function endAll(): void {
  for (const [program, signal] of running) program.kill(signal)
}

/** Another listener decides what becomes of us; without one the signal does what it does without ours. */
function dieOf(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return
  endAll()
  unwatch()
  process.kill(process.pid, signal)
}
