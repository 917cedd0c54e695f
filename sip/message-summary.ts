import type { Lamp } from './message-lamps.ts'

/** The body of a NOTIFY of the package message-summary: new and old messages (RFC 3842 section 5.2). */
export function messageSummary({ waiting, handled }: Lamp, account: string): string {
  return [
    `Messages-Waiting: ${waiting > 0 ? 'yes' : 'no'}`,
    `Message-Account: ${account}`,
    `Voice-Message: ${waiting}/${handled}`,
    '',
  ].join('\r\n')
}

/** The header fields of such a NOTIFY; `state` is its Subscription-State (RFC 6665 section 4.1.3). */
export const summaryHeaders = (state: string) => ({
  Event: 'message-summary',
  'Subscription-State': state,
  'Content-Type': 'application/simple-message-summary',
})
