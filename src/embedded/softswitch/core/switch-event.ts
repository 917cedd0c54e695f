export type Header = readonly [name: string, value: string]

/** An event as it goes out on the event socket: headers in their order, and a body for the few that have one. */
export interface SwitchEvent {
  readonly name: string
  readonly headers: readonly Header[]
  readonly body?: string
}

export function headerOf(event: SwitchEvent, name: string): string | undefined {
  const wanted = name.toLowerCase()
  return event.headers.find(([header]) => header.toLowerCase() === wanted)?.[1]
}
