/** The user part of the address in a header, empty when there is none. */
export function userOf(header: string): string {
  return /sips?:([^@;>\s]+)@/i.exec(header)?.[1] ?? ''
}
