import type { AnyStateMachine } from 'xstate'
import { agentMachine } from '../../src/agent/index.ts'
import { callMachine } from '../../src/call/index.ts'
import { callbackDialogMachine, callbackMachine } from '../../src/callback/index.ts'
import type { Line } from '../../src/ivr/index.ts'
import { ivrMachine } from '../../src/ivr/ivr-machine.ts'
import { monitorMachine } from '../../src/monitor/index.ts'
import { ticketMachine } from '../../src/tickets/machine/ticket-machine.ts'
import { transferMachine } from '../../src/transfer/index.ts'
import { voicemailMachine } from '../../src/voicemail/index.ts'
import type { GeneratedPage } from './generated-page.ts'
import { besideTheDiagram, stateDiagram } from './state-diagram.ts'

interface Drawing {
  readonly title: string
  readonly source: string
  readonly about: string
  readonly machine: AnyStateMachine
}

/** The IVR's machine is made for one walk through the menus; its states are the same for every walk. */
const anyLine: Line = {
  number: '12345',
  front: 'direct',
  language: 'cmn',
  greeting: [],
  person: { queue: 'general', skills: [], priority: 0 },
  source: { file: '', line: 0 },
}
const anyMenus = { version: '', languages: ['cmn'], lines: new Map(), defaultLine: anyLine, menus: new Map() }

const drawings: readonly Drawing[] = [
  {
    title: 'Agent',
    source: 'src/agent/agent-machine.ts',
    about:
      'What the centre observes of a person at a phone. LOGIN, READY, BREAK and LOGOUT are the person’s commands, the rest is told by calls and the clock.',
    machine: agentMachine,
  },
  {
    title: 'Call',
    source: 'src/call/call-machine.ts',
    about:
      'One call from its arrival to its end. An input that a state does not list has no effect, and that decides all races.',
    machine: callMachine,
  },
  {
    title: 'Callback',
    source: 'src/callback/callback-machine.ts',
    about:
      'One citizen who is to be called back. In the line it keeps its place like a waiting caller, without a call.',
    machine: callbackMachine,
  },
  {
    title: 'Callback dialog',
    source: 'src/callback/callback-dialog-machine.ts',
    about: 'A waiting caller is offered a callback and says by key at which number.',
    machine: callbackDialogMachine({ number: undefined, allowed: () => true }),
  },
  {
    title: 'Transfer',
    source: 'src/transfer/transfer-machine.ts',
    about:
      'Hold, consultation, three-way and transfer within a talk. Capitals up to COMPLETE are the agent’s commands, the rest is told by the switch.',
    machine: transferMachine,
  },
  {
    title: 'Voicemail',
    source: 'src/voicemail/voicemail-machine.ts',
    about: 'A caller leaves a message. REPLAY, AGAIN and ACCEPT are keys, LEAVE is the caller’s hang-up.',
    machine: voicemailMachine,
  },
  {
    title: 'Monitor',
    source: 'src/monitor/monitor-machine.ts',
    about:
      'A supervisor who listens to a talk. CHANGE and TAKE_OVER are the supervisor’s commands; in which way the supervisor is heard is the mode, not the state.',
    machine: monitorMachine,
  },
  {
    title: 'IVR',
    source: 'src/ivr/ivr-machine.ts',
    about: 'One caller’s walk through the menus. `moving` is passed through without stopping.',
    machine: ivrMachine({ menus: anyMenus, line: anyLine }),
  },
  {
    title: 'Ticket',
    source: 'src/tickets/machine/ticket-machine.ts',
    about:
      'A matter from the call to the archive. Every input is somebody’s command or a limit that is over; one that a state does not list is refused. As a picture: [ticket-machine.svg](ticket-machine.svg).',
    machine: ticketMachine,
  },
]

/** `docs/machines.md`: every state machine, drawn from the machine itself. */
export function machinePage(): GeneratedPage {
  const text = [
    '# State machines',
    '',
    'Generated from the machines by `npm run draw`; do not edit. An arrow reads `INPUT [guard] / actions`.',
    '',
    ...drawings.flatMap(section),
  ].join('\n')
  return { path: 'docs/machines.md', text }
}

function section({ title, source, about, machine }: Drawing): string[] {
  const beside = besideTheDiagram(machine).map((line) => `- ${line}`)
  return [
    `## ${title}`,
    '',
    `\`${source}\`. ${about}`,
    '',
    stateDiagram(machine),
    '',
    ...(beside.length > 0 ? [...beside, ''] : []),
  ]
}
