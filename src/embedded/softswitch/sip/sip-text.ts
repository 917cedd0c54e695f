/** Text for a SIP header: no line breaks or other control characters, which would begin a header of its own. */
export function headerText(text: string): string {
  return [...text].map((character) => (isControl(character) ? ' ' : character)).join('')
}

function isControl(character: string): boolean {
  const code = character.codePointAt(0) ?? 0
  return code < 0x20 || code === 0x7f
}

/** A display name as quoted-string (RFC 3261 section 25.1), or nothing when there is none. */
export function quotedName(name: string): string {
  return name === '' ? '' : `"${headerText(name).replace(/[\\"]/g, '\\$&')}" `
}

/** The user part of a URI, with what may not stand there escaped as %XX (section 25.1 `user`). */
export function userPart(text: string): string {
  return encodeURIComponent(text).replace(/%(26|3D|2B|24|2C|3B|3F|2F|40)/g, (escaped) =>
    escaped === '%40' ? escaped : decodeURIComponent(escaped),
  )
}
