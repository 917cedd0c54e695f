import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../../src/kernel/index.ts'
import { Child } from './child.ts'
import type { DaemonOptions } from './daemon-options.ts'
import { findProgram, isExecutable } from './find-program.ts'
import { accepts } from './free-port.ts'

/** FreeSWITCH on PATH or in FREESWITCH_HOME/bin. */
export function findFreeSwitch(): string | undefined {
  const home = process.env.FREESWITCH_HOME
  const own = home ? join(home, 'bin/freeswitch') : undefined
  return own !== undefined && isExecutable(own) ? own : findProgram('freeswitch')
}

/** Arguments that make FreeSWITCH run in the foreground on our configuration, with its own folders below `folder`. */
export function freeSwitchArguments({ configDir, folder }: { configDir: string; folder: string }): string[] {
  const own = ['log', 'db', 'run', 'certs', 'storage', 'recordings', 'cache', 'temp'].map(
    (name) => [name, join(folder, name)] as const,
  )
  for (const [, path] of own) mkdirSync(path, { recursive: true })
  return ['-nonat', '-nf', '-nc', '-conf', configDir, ...own.flatMap(([name, path]) => [`-${name}`, path])]
}

/** Starts the FreeSWITCH of this machine on the configuration in `dialplansDir`. Throws when there is none. */
export async function startFreeSwitch({
  dialplansDir,
  env,
  ports,
  secrets,
  stateDir,
  ...options
}: DaemonOptions & { dialplansDir: string; env: Readonly<Record<string, string>> }): Promise<Child> {
  const command = findFreeSwitch()
  if (!command)
    throw new Error('FreeSWITCH is not on PATH nor in FREESWITCH_HOME: install it, or leave --freeswitch out')
  return Child.start({
    name: 'switch',
    command,
    args: freeSwitchArguments({ configDir: dialplansDir, folder: join(stateDir, 'freeswitch') }),
    env: {
      ...env,
      YIHAO_SWITCH_SIP_PORT: String(ports.switchSip),
      YIHAO_SWITCH_ESL_PORT: String(ports.switchEsl),
      YIHAO_SWITCH_ESL_PASSWORD: secrets.switchEsl,
      YIHAO_PROMPTS: env['PROMPTS_DIR'] ?? join(projectRoot(), 'ivr/prompts'),
    },
    ready: () => accepts('127.0.0.1', ports.switchEsl),
    ...options,
  })
}
