import { agentPhone, caller, insist, type Room, tones } from './room.ts'

/** Menu with keys, queue, answer, audio in both directions, release by the agent. */
export async function talk(room: Room): Promise<{ answeredWithinSeconds: number; audioBothWays: boolean }> {
  console.log('\n— a citizen chooses Mandarin and "other matters", and talks to agent 8001')
  const agent = await agentPhone(room, '8001', { kind: 'answer', afterMs: 1000, tone: tones.agent })
  await room.admin.makeReady('8001')
  const call = await caller(room, '13800000001').call('12345', { tone: tones.caller })
  insist((await call.answered).kind === 'answered', 'the hotline did not answer')
  await call.sendDtmf('14', { via: 'rfc4733' })
  const atAgent = await agent.nextCall({ withinMs: 10_000 })
  await atAgent.answered
  const [heardByCaller, heardByAgent] = await Promise.all([call.hears(tones.agent), atAgent.hears(tones.caller)])
  insist(heardByCaller, 'the citizen does not hear the agent')
  insist(heardByAgent, 'the agent does not hear the citizen')
  await atAgent.hangUp()
  insist((await call.ended).cause === 'hungUpByOther', 'the citizen was not released with the agent')
  const answered = await room.timeline.until('call.answered', ({ agentId }) => agentId === '8001')
  return { answeredWithinSeconds: answered.data.waitedMs / 1000, audioBothWays: heardByCaller && heardByAgent }
}

/** Agent 8002 has been idle longest and lets it ring; after 8 s agent 8001 is offered the call and answers. */
export async function nextAgentAnswers(room: Room): Promise<void> {
  console.log('\n— agent 8002 lets it ring, agent 8001 answers')
  await agentPhone(room, '8002', { kind: 'ring' })
  await room.admin.makeReady('8002')
  await room.timeline.until(
    'agent.state-changed',
    ({ agentId, from, to }) => agentId === '8001' && from === 'wrapUp' && to === 'ready',
  )
  const call = await caller(room, '13800000002').call('12345')
  await call.answered
  await call.sendDtmf('0', { via: 'info' })
  const missed = await room.timeline.until('agent.offer-failed', () => true, { withinMs: 20_000 })
  insist(
    missed.data.outcome === 'missed' && missed.data.agentId === '8002',
    'the call was not offered to agent 8002 first',
  )
  const callId = missed.data.callId
  await room.timeline.until('call.bridged', (data) => data.callId === callId && data.agentId === '8001')
  insist((await room.admin.agentState('8002')) === 'notReady', 'the agent who did not answer is still ready')
  await call.hangUp()
  await room.timeline.until('call.released', (data) => data.callId === callId)
}

/** Nobody is ready; the citizen gives up. */
export async function abandon(room: Room): Promise<void> {
  console.log('\n— nobody is ready, the citizen gives up')
  await room.admin.post('/agents/8001/break', { reason: 'lunch' })
  const call = await caller(room, '13800000003').call('12345')
  await call.answered
  await call.sendDtmf('0', { via: 'rfc4733' })
  const callId = (await room.timeline.until('call.queued', (data) => !isAnswered(room, data.callId))).data.callId
  await call.hangUp()
  const abandoned = await room.timeline.until('call.abandoned', (data) => data.callId === callId)
  insist(abandoned.data.where === 'queue', 'the abandon was not noted in the queue')
  await room.timeline.until('call.released', (data) => data.callId === callId)
}

function isAnswered({ timeline }: Room, callId: string): boolean {
  return timeline.of('call.answered').some(({ data }) => data.callId === callId)
}
