import { parseWav, toneLevel } from '../../src/embedded/rtp/index.ts'
import { caller, insist, type Room, tones } from './room.ts'

/** Hertz of the tone after which one speaks. */
const beep = 1000
const speakFor = 2500
/** Amplitude of a tone that is plainly there. */
const plain = 1000

/** The line is closed: a citizen leaves a message, which is stored, encrypted, and heard as it was said. */
export async function leaveMessage(room: Room): Promise<boolean> {
  const { admin, timeline } = room
  console.log('\n— the hotline is closed, a citizen leaves a message')
  await admin.post('/calendars/always/close', { reason: 'demonstration' })
  const call = await caller(room, '13800000006').call('12345')
  insist((await call.answered).kind === 'answered', 'the closed hotline did not answer')
  const sent = await timeline.until('call.sent-to-voicemail')
  const tone = call.hears(beep, { withinMs: 15_000 })
  // The hash key skips the greeting, ends the message, and accepts it.
  await call.sendDtmf('#', { via: 'rfc4733' })
  insist(await tone, 'the citizen does not hear the tone after the greeting')
  call.sendTone(tones.caller)
  await new Promise((resolve) => setTimeout(resolve, speakFor))
  call.sendTone(undefined)
  for (const key of ['#', '#']) {
    await call.sendDtmf(key, { via: 'rfc4733' })
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
  const { voicemailId } = sent.data
  const left = await timeline.until('voicemail.left', (data) => data.voicemailId === voicemailId)
  await call.hangUp()
  await timeline.until('call.released', (data) => data.callId === left.data.callId)
  await admin.post('/calendars/always/reopen')
  const [sound] = parseWav(await admin.sound(`/voicemails/${voicemailId}/audio`)).channels
  insist(sound !== undefined && toneLevel(sound, tones.caller) > plain, 'the message is not what was said')
  return true
}
