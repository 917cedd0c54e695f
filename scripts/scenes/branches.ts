import type { Call, Phone } from '../../src/embedded/softphone/index.ts'
import { caller, insist, type Room, tones } from './room.ts'

/** A citizen who talks to agent 8001. */
async function reachAgent(room: Room, number: string) {
  const phone = await reviveAgent(room)
  const call = await caller(room, number).call('12345', { tone: tones.caller })
  await call.answered
  await call.sendDtmf('0', { via: 'rfc4733' })
  const offered = await room.timeline.until('call.offered', ({ callerNumber }) => callerNumber === number)
  const { callId } = offered.data
  await room.timeline.until('call.bridged', (data) => data.callId === callId)
  return { call, callId, atAgent: phone.calls.at(-1) as Call }
}

async function reviveAgent({ admin, agents }: Room): Promise<Phone> {
  if ((await admin.agentState('8001')) !== 'ready') await admin.post('/agents/8001/ready')
  const phone = agents.get('8001')
  insist(phone !== undefined, 'agent 8001 has no phone')
  return phone
}

/** Consultation with 12366, then all three together. */
export async function talkWithBranch(room: Room): Promise<boolean> {
  console.log('\n— a tax question: agent 8001 brings in 12366, all three talk')
  const branch = caller(room, '12366')
  branch.onCall = { kind: 'answer', afterMs: 300, tone: tones.branch }
  const { call, callId, atAgent } = await reachAgent(room, '13800000004')
  await room.admin.post(`/calls/${callId}/consult`, { branch: '12366' })
  await room.timeline.until('call.consulted', (data) => data.callId === callId)
  const atBranch = await branch.nextCall()
  const consulted = await Promise.all([atAgent.hears(tones.branch), atBranch.hears(tones.agent)])
  insist(consulted.every(Boolean), 'agent and branch do not hear each other in the consultation')
  await room.admin.post(`/calls/${callId}/join`)
  const heard = await Promise.all([
    call.hears(tones.agent),
    call.hears(tones.branch),
    atAgent.hears(tones.caller),
    atAgent.hears(tones.branch),
    atBranch.hears(tones.caller),
    atBranch.hears(tones.agent),
  ])
  insist(heard.every(Boolean), `not everybody hears everybody in the three-way call: ${heard.join(', ')}`)
  await call.hangUp()
  await room.timeline.until('call.released', (data) => data.callId === callId)
  await atBranch.ended
  return true
}

/** 12333 is busy: the citizen is back with the agent. */
export async function comeBackFromBusyBranch(room: Room): Promise<boolean> {
  console.log('\n— 12333 is busy, the citizen comes back to the agent')
  caller(room, '12333').onCall = { kind: 'reject', status: 486 }
  const { call, callId, atAgent } = await reachAgent(room, '13800000005')
  await room.admin.post(`/calls/${callId}/transfer`, { branch: '12333' })
  const failed = await room.timeline.until('call.consultation-failed', (data) => data.callId === callId)
  insist(failed.data.outcome === 'busy', `the busy branch is called ${failed.data.outcome}`)
  const back = await Promise.all([call.hears(tones.agent), atAgent.hears(tones.caller)])
  insist(back.every(Boolean), 'the citizen is not back with the agent')
  await call.hangUp()
  await room.timeline.until('call.released', (data) => data.callId === callId)
  return true
}
