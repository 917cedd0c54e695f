import { findFreeSwitch } from '../../scripts/launch/freeswitch.ts'
import { startSoftswitch } from '../../src/embedded/softswitch/index.ts'
import { createLogger, newSecret } from '../../src/kernel/index.ts'
import { type RunningSwitch, type SwitchStart, startFreeswitch } from '../support/freeswitch-daemon.ts'

export interface SwitchUnderTest {
  readonly name: string
  readonly isReal: boolean
  start(options: SwitchStart): Promise<RunningSwitch>
}

/** The switches a contract suite runs on. YIHAO_REAL=only leaves FreeSWITCH alone and makes its absence a failure. */
export function switches(): SwitchUnderTest[] {
  const only = process.env.YIHAO_REAL === 'only'
  const program = findFreeSwitch()
  if (only && program === undefined) {
    throw new Error('YIHAO_REAL=only, but freeswitch is neither on PATH nor in FREESWITCH_HOME/bin')
  }
  if (program === undefined) console.warn('freeswitch is not on PATH: its part of the contract suite is skipped')
  const real =
    program === undefined
      ? []
      : [{ name: 'FreeSWITCH', isReal: true, start: (options: SwitchStart) => startFreeswitch(program, options) }]
  return [...(only ? [] : [standIn]), ...real]
}

/** The soft switch alone, for what is asked of it beyond FreeSWITCH. */
export const standIn: SwitchUnderTest = { name: 'stand-in', isReal: false, start: startStandIn }

async function startStandIn({ prompts, rtp = { first: 0, last: 0 } }: SwitchStart): Promise<RunningSwitch> {
  const eslPassword = newSecret()
  const softswitch = await startSoftswitch({
    sip: { host: '127.0.0.1', port: 0 },
    esl: { host: '127.0.0.1', port: 0, password: eslPassword },
    rtp,
    configuration: 'dialplans',
    environment: { YIHAO_PROMPTS: prompts },
    logger: createLogger({ name: 'softswitch', level: 'error' }),
  })
  return { sipPort: softswitch.sipPort, eslPort: softswitch.eslPort, eslPassword, stop: () => softswitch.close() }
}
