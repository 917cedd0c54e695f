import { type HotlineEvent, toCloudEvent } from '../events/index.ts'

const texts = new WeakMap<HotlineEvent, string>()

/** The fact as CloudEvent in JSON, made once for however many consumers. */
export function eventText(event: HotlineEvent, source: string): string {
  const known = texts.get(event)
  if (known !== undefined) return known
  const text = JSON.stringify(toCloudEvent(event, source))
  texts.set(event, text)
  return text
}
