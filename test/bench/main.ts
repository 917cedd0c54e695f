import { parseArgs } from 'node:util'
import { cancelBench } from './cancel.ts'
import { dispatchBench } from './dispatch.ts'
import { firstAudioBench } from './first-audio.ts'
import type { BenchOptions } from './result.ts'
import { rtpPaceBench } from './rtp-pace.ts'
import { ticketBench } from './tickets.ts'

type Bench = (options: BenchOptions & { tickets: number }) => Promise<{ readonly ok: boolean }>
const benches: Record<string, Bench> = {
  'first-audio': firstAudioBench,
  cancel: cancelBench,
  dispatch: dispatchBench,
  'rtp-pace': rtpPaceBench,
  tickets: ticketBench,
}

const help = `Usage: npm run bench -- NAME [--calls N] [--freeswitch] [--drachtio] [--json]

  first-audio   agent's answer → first audio of the citizen at the agent's phone
  cancel        citizen's BYE while an agent's phone rings → CANCEL at that phone

  dispatch      agent's BYE, callers waiting, no wrap-up → next INVITE at that phone

  rtp-pace      how late the worst tick of a second is with 200 RTP streams both ways (N seconds)

 tickets       a ticket's transitions a second beside bare UPDATEs of the same rows, in a large table and in a small one

  --tickets N    tickets in the large table (default 1000000)
  --calls N      calls measured (default 20)
  --freeswitch   on the FreeSWITCH of this machine instead of the embedded softswitch
  --drachtio     on the drachtio-server of this machine instead of the embedded SIP server
  --json         one JSON object as the last line; "ok" says whether the target is met`

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    calls: { type: 'string', default: '20' },
    tickets: { type: 'string', default: '1000000' },
    freeswitch: { type: 'boolean', default: false },
    drachtio: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const bench = benches[positionals[0] ?? '']
if (flags.help || !bench) {
  console.log(help)
  process.exitCode = flags.help ? 0 : 1
} else {
  const result = await bench({
    calls: Number(flags.calls),
    tickets: Number(flags.tickets),
    sipServer: flags.drachtio ? 'drachtio' : 'embedded',
    mediaSwitch: flags.freeswitch ? 'freeswitch' : 'embedded',
  })
  for (const [name, value] of Object.entries(result)) console.log(`${name.padEnd(14)} ${String(value)}`)
  if (flags.json) console.log(JSON.stringify(result))
  process.exitCode = result.ok ? 0 : 1
}
