import { expect, test } from 'vitest'
import { type DigitEvent, DigitReceiver, DigitSender } from '../../../../src/embedded/rtp/index.ts'

function receiver(): { heard: DigitEvent[]; receiver: DigitReceiver } {
  const heard: DigitEvent[] = []
  return { heard, receiver: new DigitReceiver({ onDigit: (event) => heard.push(event) }) }
}

test('telephone-event - keys arrive once each, in order, with their duration', () => {
  const { heard, receiver: into } = receiver()
  const sender = new DigitSender()
  sender.push('1#x', 100)

  for (let timestamp = 0; sender.busy; timestamp += 160) {
    const payload = sender.next()
    if (payload?.first) start = timestamp
    for (let copy = 0; copy < (payload?.copies ?? 0); copy += 1) into.receive(start, payload?.octets ?? Buffer.alloc(0))
  }

  expect(heard).toEqual([
    { digit: '1', durationMs: 100 },
    { digit: '#', durationMs: 100 },
  ])
})
let start = 0

test('telephone-event - the end of a key is sent three times', () => {
  const sender = new DigitSender()
  sender.push('5', 40)

  const copies = [sender.next()?.copies, sender.next()?.copies, sender.next()?.copies]

  expect(copies).toEqual([1, 3, undefined])
})

test('telephone-event - the same key pressed twice is two keys', () => {
  const { heard, receiver: into } = receiver()

  for (const timestamp of [0, 0, 1600, 1600]) into.receive(timestamp, Buffer.from([3, 0x8a, 3, 0x20]))

  expect(heard.map((event) => event.digit)).toEqual(['3', '3'])
})

test('telephone-event - a key whose end packets are all lost is released after a while', () => {
  const { heard, receiver: into } = receiver()
  into.receive(0, Buffer.from([9, 0x0a, 1, 0x40]))

  for (let beat = 0; beat < 5; beat += 1) into.beat()

  expect(heard).toEqual([{ digit: '9', durationMs: 40 }])
})

test('telephone-event - a payload cut short or an event that is no key is ignored', () => {
  const { heard, receiver: into } = receiver()

  into.receive(0, Buffer.from([1, 0x80, 0]))
  into.receive(0, Buffer.from([64, 0x80, 0, 0]))

  expect(heard).toEqual([])
})
