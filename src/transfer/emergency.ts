/** An emergency service (110 police, 119 fire, 120 ambulance) as the city's file has it. */
export interface EmergencyService {
  readonly number: string
  readonly name: string
  /** SIP URI of the trunk it is reached by. */
  readonly route: string
  /** Seconds it may ring before it counts as silent. */
  readonly ringFor: number
}

/** Three-way: agent, citizen and service hear each other until the matter is clear. Hand-over: citizen and service alone. */
export type EmergencyMode = 'three-way' | 'hand-over'

/** Who pressed the key, and how the service is to be brought in. */
export interface EmergencyRequest {
  readonly mode: EmergencyMode
  readonly by: string
}

/** The priority of a citizen whom a service left with us: before everybody who waits. */
export const emergencyPriority = 1000
