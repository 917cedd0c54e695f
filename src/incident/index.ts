/** What supervisors have told to all callers, before the menu and while they wait, such as a burst water main. */
export { incidentRoutes } from './incident-routes.ts'
export { IncidentSounds } from './incident-sounds.ts'
export { IncidentStore } from './incident-store.ts'
export { Incidents } from './incidents.ts'
