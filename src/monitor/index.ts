/** A supervisor at somebody else's call: who listens, whispers or barges in, and what may follow what. */
export { MonitorRefused, NotMonitored, SupervisorBusy, SupervisorUnreachable } from './errors.ts'
export { Monitor, type MonitorMode, type MonitorRequest } from './monitor.ts'
export { monitorMachine } from './monitor-machine.ts'
