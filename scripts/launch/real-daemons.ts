import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findProgram, isExecutable } from './find-program.ts'

/** FreeSWITCH on PATH or in FREESWITCH_HOME/bin. */
export function findFreeSwitch(): string | undefined {
  const home = process.env.FREESWITCH_HOME
  const own = home ? join(home, 'bin/freeswitch') : undefined
  return own !== undefined && isExecutable(own) ? own : findProgram('freeswitch')
}

export function findDrachtio(): string | undefined {
  return findProgram('drachtio')
}

/** Writes a configuration for drachtio-server on loopback and returns its path. */
export function writeDrachtioConfig({
  folder,
  sipPort,
  wsPort,
  adminPort,
  secret,
}: {
  folder: string
  sipPort: number
  wsPort: number
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
      <contact>sip:127.0.0.1:${wsPort};transport=ws</contact>
    </contacts>
  </sip>
  <logging><console/><loglevel>warning</loglevel><sofia-loglevel>1</sofia-loglevel></logging>
</drachtio>
`
  writeFileSync(path, text, { mode: 0o600 })
  return path
}

/** Arguments that make FreeSWITCH run in the foreground on our configuration, with its own folders below `folder`. */
export function freeSwitchArguments({ configDir, folder }: { configDir: string; folder: string }): string[] {
  const own = ['log', 'db', 'run', 'certs', 'storage', 'recordings', 'cache', 'temp'].map(
    (name) => [name, join(folder, name)] as const,
  )
  for (const [, path] of own) mkdirSync(path, { recursive: true })
  return ['-nonat', '-nf', '-nc', '-conf', configDir, ...own.flatMap(([name, path]) => [`-${name}`, path])]
}
