const mostBigrams = 400

/**
 * The pairs of neighbouring characters of a text, each once, for comparing texts in a language without spaces. Marks and spaces are
 * left out, letters are made small, full-width forms ordinary (NFKC).
 */
export function bigramsOf(text: string): string[] {
  const found = new Set<string>()
  for (const run of words(text)) {
    const characters = [...run]
    for (let at = 0; at + 1 < characters.length && found.size < mostBigrams; at += 1) {
      found.add(`${characters[at]}${characters[at + 1]}`)
    }
  }
  return [...found]
}

/** An address without what two people write differently: spaces, marks, widths. */
export function addressKey(address: string): string {
  return words(address).join('').slice(0, 200)
}

function words(text: string): string[] {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  )
}
