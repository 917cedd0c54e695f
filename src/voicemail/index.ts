/** Messages of callers whom nobody could be found for. */
export { Mailbox } from './mailbox.ts'
export { MessageLamps } from './message-lamps.ts'
export { MessageTaking } from './message-taking.ts'
export type { VoicemailLimits } from './voicemail.ts'
export { voicemailMachine } from './voicemail-machine.ts'
export { voicemailRoutes } from './voicemail-routes.ts'
export { VoicemailStore } from './voicemail-store.ts'
