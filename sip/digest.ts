import { createHash, timingSafeEqual } from 'node:crypto'
import type { SipAccount } from './account-store.ts'
import type { Nonces } from './nonces.ts'

export type DigestAlgorithm = 'MD5' | 'SHA-256'

export type DigestVerdict =
  | { readonly kind: 'accepted'; readonly username: string }
  /** Ask again; `stale` tells the phone that its password was right. */
  | { readonly kind: 'challenge'; readonly stale: boolean }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'malformed'; readonly reason: string }

const hashes = { MD5: 'md5', 'SHA-256': 'sha256' } as const

/** Digest authentication of SIP requests: RFC 3261 section 22 with RFC 7616's qop and RFC 8760's SHA-256. */
export class Digest {
  readonly #realm: string
  readonly #algorithms: readonly DigestAlgorithm[]
  readonly #nonces: Nonces

  constructor({
    realm,
    algorithms,
    nonces,
  }: { realm: string; algorithms: readonly DigestAlgorithm[]; nonces: Nonces }) {
    this.#realm = realm
    this.#algorithms = algorithms
    this.#nonces = nonces
  }

  /** One challenge an algorithm, in the order given. */
  challenges({ stale, algorithms }: { stale: boolean; algorithms: readonly DigestAlgorithm[] }): string[] {
    const nonce = this.#nonces.create()
    return algorithms.map(
      (algorithm) =>
        `Digest realm="${this.#realm}", nonce="${nonce}", algorithm=${algorithm}, qop="auth"${stale ? ', stale=true' : ''}`,
    )
  }

  /** Judges an Authorization header; `find` looks up the account. */
  async verify(
    header: string | undefined,
    { method, find }: { method: string; find: (username: string) => Promise<SipAccount | undefined> },
  ): Promise<DigestVerdict> {
    if (header === undefined) return { kind: 'challenge', stale: false }
    const fields = parseDigest(header)
    if (!fields) return { kind: 'malformed', reason: 'Authorization is not a Digest' }
    const algorithm = this.#algorithms.find((name) => name === (fields['algorithm'] ?? 'MD5').toUpperCase())
    const { username = '', realm, nonce = '', uri = '', response = '', qop, cnonce = '', nc = '' } = fields
    if (!algorithm || realm !== this.#realm || qop !== 'auth') return { kind: 'challenge', stale: false }
    if (!/^[0-9a-f]{8}$/i.test(nc) || cnonce === '') return { kind: 'malformed', reason: 'nc or cnonce is missing' }
    const account = await find(username)
    const expected = expectedResponse({ algorithm, account, method, uri, nonce, nc, cnonce })
    if (!account || !equalHex(response, expected))
      return { kind: 'refused', reason: `wrong credentials for ${username}` }
    // Counted only for the right password, so that nobody can use up another's nonce.
    const verdict = this.#nonces.use(nonce, Number.parseInt(nc, 16))
    return verdict === 'fresh' ? { kind: 'accepted', username } : { kind: 'challenge', stale: true }
  }
}

function expectedResponse(request: {
  algorithm: DigestAlgorithm
  account: SipAccount | undefined
  method: string
  uri: string
  nonce: string
  nc: string
  cnonce: string
}): string {
  const { algorithm, account, method, uri, nonce, nc, cnonce } = request
  const hash = (text: string) => createHash(hashes[algorithm]).update(text).digest('hex')
  const secret = (algorithm === 'MD5' ? account?.ha1Md5 : account?.ha1Sha256) ?? ''
  return hash(`${secret}:${nonce}:${nc}:${cnonce}:auth:${hash(`${method}:${uri}`)}`)
}

/** `Digest key="value", key=value`; undefined when it is something else. Keys are lower case. */
export function parseDigest(header: string): Record<string, string> | undefined {
  const [, rest] = /^\s*Digest\s+(.*)$/is.exec(header) ?? []
  if (rest === undefined || rest.length > 4096) return undefined
  const fields: Record<string, string> = {}
  for (const [, key = '', quoted, plain] of rest.matchAll(/([a-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi)) {
    fields[key.toLowerCase()] = quoted?.replace(/\\(.)/g, '$1') ?? plain ?? ''
  }
  return fields
}

function equalHex(a: string, b: string): boolean {
  const left = Buffer.from(a.toLowerCase())
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}
