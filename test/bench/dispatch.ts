import type { Phone } from '../../src/embedded/softphone/index.ts'
import { at, median } from './blocks.ts'
import { type Finding, rounded } from './finding.ts'
import type { InstrumentOptions } from './instrument.ts'
import { LoadWatch } from './load-watch.ts'
import { PacketCapture } from './packet-capture.ts'
import { pause } from './pause.ts'
import { type Contestant, PeerRoom } from './peer-room.ts'
import { dispatchTimes, readSip } from './sip-packets.ts'

/** Enough callers that somebody waits whenever an agent hangs up, also while those just served dial again. */
const crowd = { agents: 20, callers: 32 } as const
/** Milliseconds a talk lasts at least and at most. */
const talk = { shortest: 1000, longest: 2000 } as const
const rounds = 5
/** Milliseconds before the first BYE counts, and after the last one that does. */
const warmUp = 4000
const runOut = 1500

type Times = Record<Contestant['name'], number[][]>

/**
 * From an agent's BYE, with callers waiting and no wrap-up, to the next INVITE at that phone, both from a packet capture: ours,
 * mod_callcenter's and a null client's, one after the other in every round. `calls` is the seconds of a block.
 */
export async function dispatchBench({ calls: seconds = 8 }: InstrumentOptions): Promise<Finding> {
  const room = await PeerRoom.start(crowd)
  const closing = new AbortController()
  const times: Times = { ours: [], callcenter: [], nullClient: [] }
  try {
    for (const phone of room.agents) void takeCalls(phone, closing.signal)
    const callers = Array.from({ length: crowd.callers }, (_, n) => room.citizen(String(13_900_020_000 + n)))
    const watch = new LoadWatch()
    for (let round = 0; round < rounds; round += 1)
      for (const contestant of Object.values(room.contestants))
        times[contestant.name].push(await block({ room, contestant, callers, seconds }))
    return findingOf(times, watch)
  } finally {
    closing.abort()
    await room.close()
  }
}

interface Block {
  readonly room: PeerRoom
  readonly contestant: Contestant
  readonly callers: readonly Phone[]
  readonly seconds: number
}

async function block({ room, contestant, callers, seconds }: Block): Promise<number[]> {
  await contestant.begin()
  const port = room.phones.sipPort
  const capture = await PacketCapture.start({ port })
  const leaving = new AbortController()
  const calling = callers.map((phone) => keepCalling(phone, contestant.number, leaving.signal))
  await pause(warmUp)
  const from = Date.now()
  await pause(seconds * 1000)
  const to = Date.now()
  await pause(runOut)
  const packets = readSip(await capture.stop())
  leaving.abort()
  await room.everybodyLeaves(callers)
  await Promise.all(calling)
  await contestant.end()
  return dispatchTimes(packets, { port, from, to })
}

/** Calls, waits, talks until the other side hangs up, and calls again. */
async function keepCalling(phone: Phone, number: string, leaving: AbortSignal): Promise<void> {
  while (!leaving.aborted) {
    const call = await phone.call(number)
    const { cause } = await call.ended
    if (cause === 'refused') await pause(500)
  }
}

/** Answers, talks for a while and hangs up, whoever calls; a phone that closes cannot hang up any more. */
async function takeCalls(phone: Phone, closing: AbortSignal): Promise<void> {
  while (!closing.aborted) {
    const call = await phone.nextCall({ withinMs: 3_600_000 })
    await call.answered
    await Promise.race([call.ended, pause(talk.shortest + Math.random() * (talk.longest - talk.shortest))])
    await call.hangUp().catch((error: unknown) => {
      if (!closing.aborted) throw error
    })
  }
}

function findingOf(times: Times, watch: LoadWatch): Finding {
  const { ours, callcenter, nullClient } = times
  const p50s = (blocks: number[][]) => blocks.map((block) => at(block, 0.5))
  const [mine, peers, floor] = [p50s(ours), p50s(callcenter), p50s(nullClient)]
  const ratio = rounded(median(mine.map((p50, n) => p50 / (peers[n] ?? Number.NaN))), 3)
  const aboveNullMs = rounded(median(mine.map((p50, n) => p50 - (floor[n] ?? Number.NaN))))
  const figures = (blocks: number[][]) =>
    [0.5, 0.95].map((share) => rounded(at(blocks.flat(), share))) as [number, number]
  const [p50, p95] = figures(ours)
  const [callcenterP50, callcenterP95] = figures(callcenter)
  const [nullP50, nullP95] = figures(nullClient)
  const verdict = watch.verdict
  const fast = p50 <= 25 && p95 <= 45
  return {
    ok: fast && ratio <= 0.1 && aboveNullMs <= 5 && !verdict.void,
    name: 'dispatch',
    on: 'drachtio + freeswitch',
    target: 'p50 <= 25 ms, p95 <= 45 ms, ratio <= 0.1, aboveNullMs <= 5',
    p50,
    p95,
    callcenterP50,
    callcenterP95,
    nullP50,
    nullP95,
    ratio,
    aboveNullMs,
    measured: `${ours.flat().length} ours, ${callcenter.flat().length} mod_callcenter, ${nullClient.flat().length} null client`,
    rounds: mine.map((each, n) => [each, peers[n], floor[n]].map((value) => rounded(value ?? Number.NaN)).join(' / ')),
    ...verdict,
  }
}
