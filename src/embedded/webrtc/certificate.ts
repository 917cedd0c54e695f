import { createHash, X509Certificate } from 'node:crypto'
import { CipherContext, HashAlgorithm, NamedCurveAlgorithm, SignatureAlgorithm } from 'werift'

/** What we prove to be who the SDP says with (RFC 8122): made at start, and never kept. */
export interface Certificate {
  readonly certPem: string
  readonly keyPem: string
  readonly fingerprint: Fingerprint
}

export interface Fingerprint {
  /** As in SDP, e.g. `sha-256`. */
  readonly algorithm: string
  /** Hexadecimal octets with colons, capitals. */
  readonly value: string
}

/** ECDSA on P-256, which every browser has to know (RFC 8827 section 6.5). */
export const signatureHash = { hash: HashAlgorithm.sha256_4, signature: SignatureAlgorithm.ecdsa_3 } as const

export async function newCertificate(): Promise<Certificate> {
  const curve = NamedCurveAlgorithm.secp256r1_23
  const { certPem, keyPem } = await CipherContext.createSelfSignedCertificateWithKey(signatureHash, curve)
  return { certPem, keyPem, fingerprint: fingerprintOf(new X509Certificate(certPem).raw, 'sha-256') }
}

/** The fingerprint of a certificate in DER. */
export function fingerprintOf(certificate: Buffer, algorithm: string): Fingerprint {
  const digest = createHash(algorithm.replace('-', '')).update(certificate).digest('hex').toUpperCase()
  return { algorithm, value: digest.match(/../g)?.join(':') ?? '' }
}
