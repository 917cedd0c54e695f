export { incidentRoutes } from './incident-routes.ts'
export { IncidentSounds } from './incident-sounds.ts'
export { IncidentStore } from './incident-store.ts'
export { Incidents } from './incidents.ts'
