import type { Call, Phone } from '../../src/embedded/softphone/index.ts'

/** What a scenario may ask of a call on any phone. */
export interface TelephoneCall
  extends Pick<
    Call,
    | 'direction'
    | 'other'
    | 'answered'
    | 'ended'
    | 'firstAudioAt'
    | 'answer'
    | 'hangUp'
    | 'refer'
    | 'hold'
    | 'resume'
    | 'sendTone'
    | 'sendDtmf'
    | 'hears'
  > {
  readonly rtp: { readonly received: number }
}

/** What a scenario may ask of any phone: one of ours, or a baresip. */
export interface Telephone extends Pick<Phone, 'user' | 'onCall' | 'unregister'> {
  readonly calls: readonly TelephoneCall[]
  register(options: { expires: number }): Promise<unknown>
  call(target: string, options?: { tone?: number }): Promise<TelephoneCall>
  nextCall(options?: { withinMs?: number }): Promise<TelephoneCall>
}

/**
 * What a baresip 1.0 of ours cannot do (docs/phones.md), so that a party who must has a phone of ours in every run:
 * - `another-refusal`: refuses with another status than 486, or without having rung
 * - `info-digits`: keys by INFO
 * - `refused-refer`: talks on after its REFER was refused
 * - `replaces`: REFER to any URI, with a Replaces of its own making
 * - `several-calls`: answers another call without holding the one it has
 * - `own-hold`: tells what it hears after it held the call by a key of its own
 * - `message-lamp`: tells what NOTIFY said, word for word
 * - `call-times`: tells when a call began to ring
 */
export type Need =
  | 'another-refusal'
  | 'info-digits'
  | 'refused-refer'
  | 'replaces'
  | 'several-calls'
  | 'own-hold'
  | 'message-lamp'
  | 'call-times'
