import { lookup } from 'node:dns/promises'
import type { SrfRequest, SrfResponse } from 'drachtio-srf'
import Srf from 'drachtio-srf'
import { endedPhonesChannel, openDatabase, WakeUp } from '../src/db/index.ts'
import { type Address, ConfigurationError, type Logger, messageOf, systemClock } from '../src/kernel/index.ts'
import { AccountStore } from './account-store.ts'
import { AccountWatch } from './account-watch.ts'
import { BranchRoutes } from './branch-routes.ts'
import { type Asks, BrowserWatch } from './browser-watch.ts'
import { CallRouter } from './call-router.ts'
import { ChallengeChoice } from './challenge-choice.ts'
import type { EdgeConfig } from './config.ts'
import { Digest } from './digest.ts'
import { Location } from './location.ts'
import { LocationStore } from './location-store.ts'
import { MessageLamps } from './message-lamps.ts'
import { MessageSubscriptions } from './message-subscriptions.ts'
import { Nonces } from './nonces.ts'
import { Registrar } from './registrar.ts'
import { TrunkRoutes } from './trunk-routes.ts'
import { type Notifies, UnsolicitedLamps } from './unsolicited-lamps.ts'

export interface Edge {
  stop(): Promise<void>
}

/** Builds the SIP edge and connects it to its SIP server; a server that is away is tried again for ever. */
export async function startEdge(config: EdgeConfig, logger: Logger): Promise<Edge> {
  const clock = systemClock
  const db = openDatabase({ url: config.databaseUrl, logger, connections: 4 })
  const location = new Location({ clock })
  const store = new LocationStore({ db, logger })
  for (const binding of await store.load()) location.put(binding)

  const branches = new BranchRoutes({ db, clock, logger })
  await branches.start()
  const trunks = new TrunkRoutes({ db, clock, logger })
  await trunks.start()

  const lamps = new MessageLamps({ db, clock, logger })
  await lamps.start()

  const srf = new Srf()
  const accounts = new AccountStore({ db, clock })
  const digest = new Digest({ realm: config.realm, algorithms: config.digestAlgorithms, nonces: new Nonces({ clock }) })
  const choice = new ChallengeChoice({ algorithms: config.digestAlgorithms, clock })
  const registrar = new Registrar({
    digest,
    choice,
    accounts,
    location,
    store,
    citizenPhone: config.citizenPhone,
    clock,
    logger,
  })
  const switches = await Promise.all(config.switches.map(withIpAddress))
  const router = new CallRouter({ ...config, switches, srf, location, branches, trunks, clock, logger })
  srf.use('register', (request, response) => registrar.handle(request, response))
  srf.use('options', (_request, response) => response.send(200, { headers: { Allow: methods } }))
  const authenticate = (request: SrfRequest, response: SrfResponse) => registrar.authenticate(request, response)
  const messages = new MessageSubscriptions({ srf, lamps, authenticate, realm: config.realm, clock, logger })
  if (config.unsolicitedLamps) {
    const subscribes = (username: string) => messages.has(username)
    const asks = srf as unknown as Notifies
    new UnsolicitedLamps({ srf: asks, lamps, location, subscribes, realm: config.realm, logger })
  }
  srf.use('subscribe', (request, response) => messages.handle(request, response))
  srf.invite((request, response) => router.handle(request, response))

  await connect(srf, config, logger)
  const browsers = new BrowserWatch({ srf: srf as unknown as Asks, location, store, clock, logger })
  browsers.start()
  const phones = new AccountWatch({ accounts, location, store, clock, logger })
  await phones.start()
  const url = config.databaseUrl
  const wakeUp = new WakeUp({ url, channel: endedPhonesChannel, onWord: () => void phones.look(), clock, logger })
  await wakeUp.start()
  return {
    async stop() {
      await wakeUp.close()
      phones.close()
      browsers.close()
      lamps.close()
      await messages.close()
      disconnect(srf, logger)
      branches.close()
      trunks.close()
      await store.settled()
      await db.destroy()
    },
  }
}

/** Requests show an IP address, so a switch that is configured by name is known by what the name means. */
async function withIpAddress({ host, port }: Address): Promise<Address> {
  const { address } = await lookup(host).catch((error: Error) => {
    throw new ConfigurationError(`SWITCHES_SIP: ${host} has no address: ${error.message}`)
  })
  return { host: address, port }
}

const methods = 'INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, INFO, UPDATE, REFER, SUBSCRIBE, NOTIFY'

function connect(srf: Srf, { sipServer, sipServerSecret }: EdgeConfig, logger: Logger): Promise<void> {
  return new Promise((resolve, reject) => {
    srf.on('connect', (error: Error | null, hostport: string) => {
      // Only a wrong secret is final; everything else is a matter of time.
      if (error) return reject(error)
      logger.info({ listening: hostport }, 'SIP server connected')
      resolve()
    })
    srf.on('error', (error: Error) => logger.warn({ reason: messageOf(error) }, 'SIP server away, trying again'))
    void srf.connect({ ...sipServer, secret: sipServerSecret })
  })
}

function disconnect(srf: Srf, logger: Logger): void {
  try {
    srf.disconnect()
  } catch (error) {
    // drachtio-srf knows only how to leave a server that is there.
    logger.debug({ reason: messageOf(error) }, 'SIP server is away already')
  }
}
