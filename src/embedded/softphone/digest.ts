import { createHash, randomBytes } from 'node:crypto'

export type DigestAlgorithm = 'MD5' | 'SHA-256'

export interface Challenge {
  readonly algorithm: DigestAlgorithm
  readonly realm: string
  readonly nonce: string
  readonly opaque: string | undefined
  readonly hasQop: boolean
}

export interface Credentials {
  readonly user: string
  readonly password: string
}

const hashes = { MD5: 'md5', 'SHA-256': 'sha256' } as const

/**
 * The challenge to answer among those in a WWW- or Proxy-Authenticate header: the strongest we know, or the one asked
 * for (RFC 8760 section 2.4). Undefined when there is none.
 */
export function pickChallenge(header: string | undefined, wanted?: DigestAlgorithm): Challenge | undefined {
  const challenges = (header ?? '').split(/,?\s*(?=Digest\s)/i).flatMap((each) => readChallenge(each) ?? [])
  const order: readonly DigestAlgorithm[] = wanted ? [wanted] : ['SHA-256', 'MD5']
  return order.flatMap((algorithm) => challenges.find((each) => each.algorithm === algorithm) ?? [])[0]
}

function readChallenge(text: string): Challenge | undefined {
  const fields = new Map<string, string>()
  for (const [, key = '', quoted, plain] of text.matchAll(/([a-z]+)\s*=\s*(?:"([^"]*)"|([^\s,"]+))/gi)) {
    fields.set(key.toLowerCase(), quoted ?? plain ?? '')
  }
  const named = (fields.get('algorithm') ?? 'MD5').toUpperCase()
  const algorithm = named === 'MD5' || named === 'SHA-256' ? named : undefined
  const nonce = fields.get('nonce')
  if (!algorithm || nonce === undefined) return undefined
  const hasQop = (fields.get('qop') ?? '').split(/[\s,]+/).includes('auth')
  return { algorithm, realm: fields.get('realm') ?? '', nonce, opaque: fields.get('opaque'), hasQop }
}

/** The Authorization header that answers the challenge (RFC 7616 section 3.4); `count` is the use of the nonce. */
export function answerChallenge(options: {
  challenge: Challenge
  credentials: Credentials
  method: string
  uri: string
  count: number
}): string {
  const { challenge, credentials, method, uri, count } = options
  const { algorithm, realm, nonce, opaque, hasQop } = challenge
  const hash = (text: string) => createHash(hashes[algorithm]).update(text).digest('hex')
  const secret = hash(`${credentials.user}:${realm}:${credentials.password}`)
  const nc = count.toString(16).padStart(8, '0')
  const cnonce = randomBytes(8).toString('hex')
  const target = hash(`${method}:${uri}`)
  const response = hash(hasQop ? `${secret}:${nonce}:${nc}:${cnonce}:auth:${target}` : `${secret}:${nonce}:${target}`)
  return [
    `Digest username="${credentials.user}"`,
    `realm="${realm}"`,
    `nonce="${nonce}"`,
    `uri="${uri}"`,
    `response="${response}"`,
    `algorithm=${algorithm}`,
    ...(hasQop ? ['qop=auth', `nc=${nc}`, `cnonce="${cnonce}"`] : []),
    ...(opaque === undefined ? [] : [`opaque="${opaque}"`]),
  ].join(', ')
}
