/**
 * Figures of how the room does, of any span from the log's records and of this moment from memory; both are defined
 * in docs/metrics.md.
 */
export { AgentFiguresStore } from './agent-figures-store.ts'
export { openAlarms } from './alarm-store.ts'
export { Alarms, type AlarmThresholds, type ByPlace } from './alarms.ts'
export { Board } from './board.ts'
export { boardRoutes } from './board-routes.ts'
export { BranchFiguresStore } from './branch-figures-store.ts'
export { CallbackFiguresStore } from './callback-figures-store.ts'
export { type CallFigures, count, noCounts, type QueueCounts, ratesOf } from './figures.ts'
export { HistoryStore } from './history-store.ts'
export { LiveCallbacks } from './live-callbacks.ts'
export { LiveFigures } from './live-figures.ts'
export { metricsRoutes, prometheusRoutes } from './metrics-routes.ts'
export { Prometheus } from './prometheus.ts'
export { reportRoutes } from './report-routes.ts'
