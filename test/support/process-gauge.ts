import { EventEmitter } from 'node:events'
import { renameSync, writeFileSync } from 'node:fs'
import { queryObjects } from 'node:v8'

/** What a process holds when all that nobody needs has been collected. */
export interface Gauge {
  /** Emitters of events that live: sockets, connections, streams. Each has its listeners. */
  readonly emitters: number
  /** Timers that keep the process alive. */
  readonly timers: number
  readonly memory: NodeJS.MemoryUsage
}

/** Loaded into a process before its program (`node --import`): SIGUSR2 has it write a {@link Gauge} into the file `PROCESS_GAUGE`. */
process.on('SIGUSR2', () => {
  const path = process.env['PROCESS_GAUGE'] ?? ''
  // Each look at the heap collects first; what the first collection set free is gone after the second.
  queryObjects(EventEmitter, { format: 'count' })
  const emitters = queryObjects(EventEmitter, { format: 'count' })
  const timers = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
  const gauge: Gauge = { emitters, timers, memory: process.memoryUsage() }
  // Whoever reads it finds it whole.
  writeFileSync(`${path}.part`, JSON.stringify(gauge))
  renameSync(`${path}.part`, path)
})
