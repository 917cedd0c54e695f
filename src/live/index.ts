/** The WebSocket feed of facts, to desks, wallboards and services, resumed after the last one they took. */
export { asyncApiRoutes } from './async-api-routes.ts'
export { CommittedTail } from './committed-tail.ts'
export { liveRoutes } from './live-routes.ts'
export type { ClientMessage, ServerMessage } from './protocol.ts'
