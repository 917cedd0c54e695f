/**
 * Telephones in code, which the demo and the tests call with: they register, ring, hold and transfer, and can tell
 * what they hear.
 */

import { type Logger, messageOf, newSecret, systemClock } from '../../kernel/index.ts'
import { RtpPorts, Ticker } from '../rtp/index.ts'
import { type SipServer, startSipServer } from '../sip-server/index.ts'
import { Phone, type PhoneOptions } from './phone.ts'
import { type Answer, connectSrf, type Incoming, type SrfApp } from './srf-app.ts'

export interface SoftphonesOptions {
  readonly logger: Logger
  /** The address the phones use; 127.0.0.1 when not given. */
  readonly host?: string
}

/** SIP phones in this process, for the demo and the tests: a SIP server of their own, real RTP. */
export interface Softphones {
  /** The port on which all of them speak SIP. */
  readonly sipPort: number
  phone(options: PhoneOptions): Phone
  close(): Promise<void>
}

const goodbyeWithinMs = 1_000

/** Starts the phones' SIP server on free ports; rejects when none can be had. */
export async function createSoftphones({ logger, host = '127.0.0.1' }: SoftphonesOptions): Promise<Softphones> {
  const secret = newSecret()
  const server = await startSipServer({
    sip: [
      { transport: 'udp', host, port: 0 },
      { transport: 'tcp', host, port: 0 },
    ],
    admin: { host: '127.0.0.1', port: 0, secret },
    logger,
  })
  const srf = await connectSrf({ port: server.adminPort, secret })
  return softphonesOn({ server, srf, host, logger })
}

function softphonesOn(parts: { server: SipServer; srf: SrfApp; host: string; logger: Logger }): Softphones {
  const { server, srf, host, logger } = parts
  const phones: Phone[] = []
  const services = {
    srf,
    host,
    sipPort: server.sipPort('udp'),
    ports: new RtpPorts({ host, first: 0, last: 0 }),
    ticker: new Ticker(),
    clock: systemClock,
    logger,
  }
  srf.invite((request, response) => {
    ring(phones, request, response).catch((error: unknown) => {
      logger.warn({ reason: messageOf(error) }, 'softphone: call failed')
      if (!response.finalResponseSent) response.send(500)
    })
  })
  srf.use('notify', (request, response) => {
    const phone = calledPhone(phones, request)
    if (phone?.takesMessages) phone.told.push(request.body)
    else if (phone) phone.refusedMessages += 1
    response.send(phone?.takesMessages ? 200 : 481)
  })
  return {
    sipPort: services.sipPort,
    phone(options) {
      const phone = new Phone(options, services)
      phones.push(phone)
      return phone
    },
    async close() {
      // A BYE to a server that is gone would be repeated for half a minute.
      const patience = new Promise<void>((resolve) => services.clock.after(goodbyeWithinMs, resolve))
      await Promise.race([Promise.allSettled(phones.map((phone) => phone.close())), patience])
      srf.disconnect()
      await server.close()
    },
  }
}

/** The phone is known by the Contact it registered; a call straight to its user name is for the latest of that name. */
function calledPhone(phones: readonly Phone[], { uri }: Incoming): Phone | undefined {
  const user = /^sips?:([^@;]+)@/i.exec(uri)?.[1]
  return phones.find(({ contactUser }) => contactUser === user) ?? phones.findLast((each) => each.user === user)
}

async function ring(phones: readonly Phone[], request: Incoming, response: Answer): Promise<void> {
  const phone = calledPhone(phones, request)
  if (phone) await phone.receive(request, response)
  else response.send(404)
}

export type { Call } from './call.ts'
export type { CallPolicy } from './incoming-call.ts'
export type { Phone, PhoneOptions } from './phone.ts'
