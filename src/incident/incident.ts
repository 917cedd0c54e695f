/** What is said of an incident before the menu, in every language of the menus. */
export interface Incident {
  readonly incidentId: string
  /** Null for all lines. */
  readonly line: string | null
  /** Those who wait already hear it too, once, in their language. */
  readonly toWaiting: boolean
  readonly by: string
  /** Milliseconds since the epoch. */
  readonly announcedAt: number
  /** Null: until withdrawn. */
  readonly until: number | null
  readonly sounds: readonly IncidentSound[]
}

export interface IncidentSound {
  readonly language: string
  /** What it says; null when a recording was sent. */
  readonly text: string | null
  readonly wav: Buffer
}
