import type { CommittedEvent, HotlineEvent } from './event.ts'

/** CloudEvents 1.0 in JSON with the `sequence` extension, as consumers receive it. */
export interface CloudEvent {
  readonly specversion: '1.0'
  readonly id: string
  readonly source: string
  readonly type: string
  readonly subject: string
  readonly time: string
  readonly datacontenttype: 'application/json'
  /** Place in the log, zero-padded so that text order is number order. Missing while the fact is not committed yet. */
  readonly sequence?: string
  readonly data: unknown
}

const sequenceDigits = 16

export function toCloudEvent(event: HotlineEvent | CommittedEvent, source: string): CloudEvent {
  const { id, type, subject, time, data } = event
  return {
    specversion: '1.0',
    id,
    source,
    type,
    subject,
    time: new Date(time).toISOString(),
    datacontenttype: 'application/json',
    ...('sequence' in event ? { sequence: String(event.sequence).padStart(sequenceDigits, '0') } : {}),
    data,
  }
}
