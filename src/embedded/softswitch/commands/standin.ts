import type { EslFaults } from '../esl/faults.ts'
import { type ApiCommand, usage } from './api-command.ts'

const syntax = 'drop_esl|refuse_esl on|off|slow_events <ms>|freeze <ms>'

/**
 * `standin …`: misbehaviour on request, for tests. No such command exists in FreeSWITCH, whose answer to it is
 * `-ERR standin Command not found!`.
 */
export function standinCommand(faults: () => EslFaults): ApiCommand {
  return ({ argument, asker }) => {
    const [verb, value] = argument.trim().split(/\s+/)
    if (verb === 'drop_esl') faults().drop(value === 'all' ? undefined : asker)
    else if (verb === 'refuse_esl') faults().refuse = value === 'on'
    else if (verb === 'slow_events') faults().slowEventsMs = Number(value ?? 0)
    else if (verb === 'freeze') freeze(Number(value ?? 0))
    else return usage(syntax)
    return '+OK\n'
  }
}

/** Holds the whole process, as a stopped or swapped-out switch is. */
function freeze(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.min(ms, 60_000))
}
