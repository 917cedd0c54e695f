import { cancelBench } from './cancel.ts'
import { capacityBench } from './capacity.ts'
import { costBench } from './cost.ts'
import { dispatchBench } from './dispatch.ts'
import { fanOutBench } from './fan-out.ts'
import { firstAudioBench } from './first-audio.ts'
import { runInstrument } from './instrument.ts'
import { logBench } from './log.ts'
import { popBench } from './pop.ts'
import { queueBench } from './queue.ts'
import { rtpPaceBench } from './rtp-pace.ts'
import { serviceLevelBench } from './service-level.ts'
import { softswitchBench } from './softswitch.ts'
import { ticketBench } from './tickets.ts'
import { wallboardBench } from './wallboard.ts'

await runInstrument('bench', {
  'first-audio': { about: "agent's answer → first audio of the citizen at the agent's phone", run: firstAudioBench },
  cancel: { about: "citizen's BYE while an agent's phone rings → CANCEL at that phone", run: cancelBench },
  dispatch: {
    about:
      "agent's BYE → next INVITE at that phone; beside mod_callcenter and a null client (FreeSWITCH, N seconds a block)",
    run: dispatchBench,
  },
  'service-level': {
    about: 'calls answered within 15 s and 5 s, beside an ideal queue, mod_callcenter, Erlang (FreeSWITCH, N seconds)',
    run: serviceLevelBench,
  },
  pop: { about: "180 of the agent's phone → screen-pop at the WebSocket", run: popBench },
  queue: { about: 'matching alone: up to 100,000 waiting, 10,000 agents, 50 skills', run: queueBench },
  log: { about: 'facts a second into the log, beside COPY and beside single INSERTs', run: logBench },
  capacity: {
    about: 'most calls a second through menu, queue and talk, beside a bare dialplan (FreeSWITCH, N rounds)',
    run: capacityBench,
  },
  cost: { about: 'CPU of a call beside that of the switch, memory of up to 5,000 calls', run: costBench },
  'fan-out': { about: 'facts to 1,000 WebSocket clients, one of them stalled, beside a bare loop', run: fanOutBench },
  'rtp-pace': { about: 'the worst tick of a second with 200 RTP streams both ways (N seconds)', run: rtpPaceBench },
  softswitch: {
    about: 'the stand-in switch alone: 30 calls a second, 200 streams of sound, their pace on the wire (N seconds)',
    run: softswitchBench,
  },
  wallboard: {
    about: 'CPU of Chromium with a wallboard of 500 agents that changes each second, beside an empty page (N seconds)',
    run: wallboardBench,
  },
  tickets: { about: "a ticket's transitions beside bare UPDATEs of the same rows", run: ticketBench },
})
