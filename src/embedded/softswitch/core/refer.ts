import type { Channel } from './channel.ts'
import { transfer } from './transfer.ts'

/** Seconds a phone that sent REFER is kept for what comes of it, as in FreeSWITCH. */
const referrerWaits = 600

/**
 * The phone of `referrer` sends whom it talks with to `extension`. With `confirm_blind_transfer` it is kept, parked, and
 * hears by NOTIFY what came of it (`acknowledgeRefer`); otherwise it is told 200 at once (sofia_handle_sip_i_refer).
 */
export function refer(referrer: Channel, extension: string): void {
  const referred = referrer.partner
  if (referred === undefined) {
    referrer.endpoint?.notifyRefer('SIP/2.0 403 Forbidden')
    return
  }
  if (referrer.isTrue('confirm_blind_transfer')) {
    referred.referredBy = referrer
    referrer.setVariable('park_timeout', `${referrerWaits}:BLIND_TRANSFER`)
    referrer.redirect({ kind: 'park' })
  } else referrer.endpoint?.notifyRefer('SIP/2.0 200 OK')
  transfer(referred, { extension })
}

/** Tells the phone that sent `referred` elsewhere, once; after a no it takes the other back by `intercept`. */
export function acknowledgeRefer(referred: Channel, success: boolean): void {
  const referrer = referred.referredBy
  referred.referredBy = undefined
  if (referrer === undefined || referrer.down) return
  const status = referred.variables.get('sip_invite_failure_status')
  const failure = status === undefined ? '403 Forbidden' : `${status} ${status}`
  referrer.endpoint?.notifyRefer(`SIP/2.0 ${success ? '200 OK' : failure}`)
  if (!success) transfer(referrer, { extension: `intercept:${referred.uuid}`, dialplan: 'inline' })
}
