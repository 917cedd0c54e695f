import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TlsFiles } from '../../scripts/launch/stack-options.ts'
import type { TlsKeys } from '../../src/embedded/sip-server/index.ts'
import { newCertificate } from '../../src/embedded/webrtc/index.ts'

/** A certificate nobody signed but its owner. */
export async function newTlsKeys(): Promise<TlsKeys> {
  const { certPem, keyPem } = await newCertificate()
  return { cert: certPem, key: keyPem }
}

export function writeTlsKeys(folder: string, { cert, key }: TlsKeys): TlsFiles {
  const files = { cert: join(folder, 'tls-cert.pem'), key: join(folder, 'tls-key.pem') }
  writeFileSync(files.cert, cert)
  writeFileSync(files.key, key, { mode: 0o600 })
  return files
}
