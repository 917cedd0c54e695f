/** WebRTC's way of carrying RTP (RFC 8834): ICE, DTLS, SRTP on one port. */
export { type Certificate, type Fingerprint, newCertificate } from './certificate.ts'
export type { DtlsRole } from './dtls-keys.ts'
export type { Address } from './ice-lite.ts'
export { SecureMedia, type SecureRemote } from './secure-media.ts'
