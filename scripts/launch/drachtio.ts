import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Child } from './child.ts'
import type { DaemonOptions } from './daemon-options.ts'
import { findProgram } from './find-program.ts'
import { accepts } from './free-port.ts'
import { speaksSip } from './sip-probe.ts'
import type { TlsFiles } from './stack-options.ts'

/** It takes applications before its SIP stack is there, and one that asks for anything by then ends it (SIGSEGV, 0.9.4). */
export async function drachtioIsReady(ports: { readonly sipAdmin: number; readonly sip: number }): Promise<boolean> {
  return (await accepts('127.0.0.1', ports.sipAdmin)) && (await speaksSip(ports.sip))
}

/** drachtio-server on PATH. */
export function findDrachtio(): string | undefined {
  return findProgram('drachtio')
}

/** Writes a configuration for drachtio-server on loopback and returns its path. */
export function writeDrachtioConfig({
  folder,
  sipPort,
  wsPort,
  tls,
  adminPort,
  secret,
}: {
  folder: string
  sipPort: number
  wsPort: number
  /** Of wss; without it the WebSocket is a plain one. */
  tls: TlsFiles | undefined
  adminPort: number
  secret: string
}): string {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, 'drachtio.conf.xml')
  const text = `<drachtio>
  <admin port="${adminPort}" secret="${secret}">127.0.0.1</admin>
  <sip>
    <contacts>
      <contact>sip:127.0.0.1:${sipPort};transport=udp,tcp</contact>
      <contact>${tls ? 'sips' : 'sip'}:127.0.0.1:${wsPort};transport=${tls ? 'wss' : 'ws'}</contact>
    </contacts>${tls ? `\n    <tls><key-file>${tls.key}</key-file><cert-file>${tls.cert}</cert-file></tls>` : ''}
  </sip>
  <logging><console/><loglevel>warning</loglevel><sofia-loglevel>1</sofia-loglevel></logging>
</drachtio>
`
  writeFileSync(path, text, { mode: 0o600 })
  return path
}

/** Starts the drachtio-server of this machine. Throws when there is none. */
export async function startDrachtio({
  ports,
  sipTls,
  secrets,
  stateDir,
  ...options
}: DaemonOptions & { sipTls: TlsFiles | undefined }): Promise<Child> {
  const command = findDrachtio()
  if (!command) throw new Error('drachtio-server is not on PATH: install it, or leave --drachtio out')
  const config = writeDrachtioConfig({
    folder: join(stateDir, 'drachtio'),
    sipPort: ports.sip,
    wsPort: ports.sipWs,
    tls: sipTls,
    adminPort: ports.sipAdmin,
    secret: secrets.sipServer,
  })
  const ready = () => drachtioIsReady(ports)
  return Child.start({ name: 'sip-server', command, args: ['-f', config], ready, ...options })
}
