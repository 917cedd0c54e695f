import type { CallbackWish } from '../callback/index.ts'
import type { Call } from './call.ts'

/** What a callback to the citizen of a call would be; undefined when the caller shows no number that can be called. */
export function callbackWishOf({ identity, need, language, callId }: Call): CallbackWish | undefined {
  const { callerNumber: number, line } = identity
  if (!/^\+?[0-9]{3,20}$/.test(number)) return undefined
  const { queue = null, skills = [], priority = 0 } = need ?? {}
  return { number, line, language: language || 'cmn', queue, skills, priority, callId }
}
