/**
 * The stand-in for FreeSWITCH: the same event socket, SIP and RTP on the wire, the subset README.md lists.
 */
export type { Softswitch } from './softswitch.ts'
export { startSoftswitch } from './softswitch.ts'
