/** A share from 0 to 1 as the pages show it. */
export function percent(share: number | null | undefined): string {
  return share == null ? '—' : `${(share * 100).toFixed(1)}%`
}
