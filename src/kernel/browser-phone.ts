/**
 * The softphone in an agent's browser has an account of its own beside the desk phone's: its media differ (WebRTC), its
 * password lasts a shift, and it is reached by the WebSocket it opened. Edge and hotline know it by its name.
 */
const prefix = 'web-'

/** The account of the softphone in that agent's browser. */
export function browserPhoneOf(agentId: string): string {
  return `${prefix}${agentId}`
}

/** Whether an extension is a softphone in a browser. */
export function isBrowserPhone(extension: string): boolean {
  return extension.startsWith(prefix)
}
