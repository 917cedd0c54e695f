import { headerValues, type SipResponse, without } from './sip-message.ts'

/** Refusals that tell the caller what to change come first in their class (RFC 3261 section 16.7, step 6). */
const instructive = new Set([401, 407, 415, 420, 484])

/** The refusal the caller gets when every target refused. */
export function bestOf(refusals: readonly SipResponse[]): SipResponse | undefined {
  const [best] = refusals.toSorted((one, other) => rank(one.status) - rank(other.status))
  return best && (best.status === 401 || best.status === 407) ? withAllChallenges(best, refusals) : best
}

function rank(status: number): number {
  if (status >= 600) return 0
  const instruction = instructive.has(status) ? 0 : 500
  return Math.floor(status / 100) * 1_000 + instruction + (status % 100)
}

/** The caller needs the challenges of all targets at once (step 7). */
function withAllChallenges(best: SipResponse, refusals: readonly SipResponse[]): SipResponse {
  const challenges = ['www-authenticate', 'proxy-authenticate'] as const
  const all = refusals.flatMap(({ headers }) => headers.filter(({ key }) => challenges.some((each) => each === key)))
  const distinct = all.filter(({ value }, at) => all.findIndex((each) => each.value === value) === at)
  const own = challenges.flatMap((key) => headerValues(best, key)).length
  return own === distinct.length ? best : { ...best, headers: [...without(best.headers, ...challenges), ...distinct] }
}
