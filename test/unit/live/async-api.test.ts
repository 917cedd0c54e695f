import { Value } from 'typebox/value'
import { expect, test } from 'vitest'
import { asyncApiDocument, eventSchemas, toCloudEvent } from '../../../src/events/index.ts'
import { newId } from '../../../src/kernel/index.ts'
import { startHotlineInProcess } from '../../support/hotline-in-process.ts'

test('the hotline serves an AsyncAPI document in which every type of fact has its message', async () => {
  const service = await startHotlineInProcess()
  const document = (await (await fetch(`${service.url}/asyncapi.json`)).json()) as {
    asyncapi: string
    components: { messages: object }
  }
  await service.stop()

  expect(document.asyncapi).toBe('3.0.0')
  expect(Object.keys(document.components.messages).sort()).toEqual(Object.keys(eventSchemas).sort())
})

test('a fact as it is sent fits its message, and one with a field missing does not', () => {
  const about = { title: '', description: '', source: '/x', address: '/live', schemas: eventSchemas, sequenced: true }
  const schema = asyncApiDocument(about).components.messages['call.accepted']?.payload ?? {}
  const data = { callId: newId(), front: 'menu' as const }
  const fact = { id: newId(), type: 'call.accepted' as const, subject: data.callId, time: 0, data, sequence: 7 }

  expect(Value.Check(schema, toCloudEvent(fact, '/x'))).toBe(true)
  expect(Value.Check(schema, { ...toCloudEvent(fact, '/x'), data: { callId: data.callId } })).toBe(false)
})
