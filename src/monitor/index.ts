export { MonitorRefused, NotMonitored, SupervisorBusy, SupervisorUnreachable } from './errors.ts'
export { Monitor, type MonitorMode, type MonitorRequest } from './monitor.ts'
export { monitorMachine } from './monitor-machine.ts'
