import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { AgentRoster, AgentStore, queuesServed, servesQueue } from './agent/index.ts'
import {
  CallStore,
  CallSupervisor,
  CallTargets,
  freeSeats,
  OutboundCalls,
  OutboundNumbers,
  saveTrunk,
} from './call/index.ts'
import { callbackCalls, callbackLine, callbacksFollowCalls } from './call-back.ts'
import { CallbackBook, CallbackStore } from './callback/index.ts'
import { CallerBook, CallerStore } from './callers/index.ts'
import { checkPrompts } from './check-prompts.ts'
import type { City } from './city.ts'
import type { Config } from './config.ts'
import { connectionsOf, Lease, migrateToLatest, newHolder, openDatabase } from './db/index.ts'
import { untilIdle } from './drain.ts'
import { EventJournal, EventLog, lastSequence, RecordProjector } from './events/index.ts'
import { apiRoutes, type HotlineServices, rootRoutes } from './hotline-routes.ts'
import { HoursBook, HoursStore, stateCouncilDays } from './hours/index.ts'
import { createHttpServer, sessionLastsMs } from './http/index.ts'
import { hurryWhileSomebodyWaits } from './hurry.ts'
import { IncidentSounds, IncidentStore, Incidents } from './incident/index.ts'
import { MenuLibrary } from './ivr/index.ts'
import { type Clock, type Logger, systemClock } from './kernel/index.ts'
import { CommittedTail } from './live/index.ts'
import { NoticeBoard, NoticeStore } from './notices/index.ts'
import { openFigures } from './open-figures.ts'
import { Dispatcher, ExpectedWait, type QueueConfig } from './queue/index.ts'
import { readCity } from './read-city.ts'
import { Recorder, RecordingArchive, RecordingStore } from './recording/index.ts'
import { restoreAgents } from './restore-agents.ts'
import { readTexts } from './speech/index.ts'
import { FreeSwitchPort } from './switch/index.ts'
import { BranchBook, saveBranchRoutes } from './transfer/index.ts'
import { EndedSessionStore, EndedSessions, SessionEnd, UserStore } from './users/index.ts'
import { PlaybackStore, readSoundKeys, SoundPlayer, Spool, Vault } from './vault/index.ts'
import { Mailbox, MessageLamps, VoicemailStore } from './voicemail/index.ts'
import { waitingAnnouncement } from './waiting-announcement.ts'

export interface Hotline {
  readonly http: FastifyInstance
  /** Set when this start created the first admin. */
  readonly firstAdminPassword: string | undefined
  /** Takes no new calls, waits for those in progress up to the configured limit, and stops. */
  stop(): Promise<void>
}

/** Builds the hotline service in the order of a call's path and starts it. */
export async function startHotline(config: Config, logger: Logger): Promise<Hotline> {
  const clock = systemClock
  const city = await readCity(config.cityFile)
  const source = `/yihao/${city.name}`
  const holder = newHolder()
  const db = openDatabase({ url: config.databaseUrl, logger, applicationName: connectionsOf(holder) })
  await migrateToLatest({ db, folder: config.migrationsDir, logger })

  // One process drives the switches; a second one stands by here until the first is gone.
  const onLost = () => {
    logger.fatal('another hotline process drives the switches now: this one ends, its calls go on there')
    process.exit(1)
  }
  const lease = await Lease.acquire({ url: config.databaseUrl, name: 'hotline', holder, clock, logger, onLost })

  await saveTrunk({ db, route: city.outbound })
  await saveBranchRoutes({ db, branches: [...city.branches.values(), ...city.emergency.values()] })

  const { journal, left } = EventJournal.open({ folder: join(config.stateDir, 'journal'), logger })
  const log = new EventLog({ db, journal, left, clock, logger, epoch: () => lease.epoch, onFenced: onLost })
  const projector = new RecordProjector({ db, clock, logger })
  log.onCommitted(() => projector.wake())
  await log.flush(10_000)
  await projector.catchUp()

  const hoursStore = new HoursStore({ db })
  await hoursStore.seed(stateCouncilDays())
  const hours = await HoursBook.open({
    calendars: city.calendars,
    keeper: hoursStore,
    clock,
    logger,
    facts: {
      closed: (fact, at) => log.append('calendar.closed', fact, at),
      reopened: (fact, at) => log.append('calendar.reopened', fact, at),
      dayChanged: (fact, at) => log.append('calendar.day-changed', { calendarId: 'state-council', ...fact }, at),
      yearMissing: (fact, at) => log.append('calendar.year-missing', fact, at),
    },
  })

  const switches = config.switches.map(
    (address) =>
      new FreeSwitchPort({
        ...address,
        password: config.switchPassword,
        edge: config.edge,
        epoch: () => lease.epoch,
        onFenced: onLost,
        clock,
        logger,
      }),
  )
  const menus = await MenuLibrary.open({
    menusDir: config.menusDir,
    promptsDir: config.promptsDir,
    queues: new Set(city.queues.keys()),
    logger,
  })
  checkPrompts(city, menus, config.promptsDir)
  const incidents = await Incidents.open({
    store: new IncidentStore({ db }),
    sounds: new IncidentSounds({
      folder: join(config.spoolDir, 'incidents'),
      voices: () => readTexts(config.promptsDir),
    }),
    log,
    clock,
    logger,
    languages: () => menus.current().languages,
  })
  const queueOf = queueLookup(city)

  const agentStore = new AgentStore({ db })
  const roster = new AgentRoster({ clock, logger, wrapUpSecondsOf: (queue) => queueOf(queue).wrapUp })
  const numbers = new OutboundNumbers(city.outbound)
  const callers = await CallerBook.open({
    keeper: new CallerStore({ db }),
    rules: city.nuisance,
    // Those who help in an emergency call us, too.
    emergencyNumbers: new Set([...city.emergencyNumbers, ...city.emergency.keys()]),
    normal: (number) => numbers.normal(number),
    log,
    clock,
  })
  const callbackStore = new CallbackStore({ db })
  const callbacks: CallbackBook = new CallbackBook({
    rules: city.callback,
    line: callbackLine(() => dispatcher),
    calls: callbackCalls({ numbers, outbound: () => outbound }),
    callHours: () => city.callback !== undefined && hours.at(city.callback.calendar, new Date(clock.now())).open,
    log,
    clock,
    logger,
  })
  callbacks.restore(await callbackStore.open())
  const dispatcher = new Dispatcher({
    offer: ({ caller, agent }) => {
      if (callbacks.has(caller.callId)) return callbacks.serve(caller.callId, agent.agentId)
      if (!roster.offer(agent.agentId, caller.callId)) return false
      supervisor.flow(caller.callId)?.startOffer(agent.agentId, roster.get(agent.agentId).context.extension ?? '')
      return true
    },
  })
  const expectedWait = new ExpectedWait()
  log.onRecorded((event) => {
    if (event.type === 'call.answered') expectedWait.answered(event.data.queue, event.time)
  })

  const vault = new Vault({ folder: config.soundsDir, keys: readSoundKeys(config.soundKeys) })
  const player = new SoundPlayer({ vault, playbacks: new PlaybackStore({ db }) })
  const spool = await Spool.open({ folder: config.spoolDir, logger })
  const voicemails = new VoicemailStore({ db })
  const mailbox = new Mailbox({ spool, vault, store: voicemails, log, limits: city.voicemail, clock, logger })

  const branches: BranchBook = new BranchBook({
    branches: city.branches,
    hours: (calendarId) => hours.at(calendarId, new Date(clock.now())),
    callsTo: (number) => supervisor.legsTo(number),
    freeSeats: (queue) => freeSeats(roster, queueOf(queue)).length,
  })
  const targets = new CallTargets({ branches, emergency: city.emergency, roster, queueOf })
  const recordings = new RecordingStore({ db })
  const keepDays = (line: string) => city.lines.get(line)?.keepRecordings ?? city.recording.keepDays
  const archive = new RecordingArchive({ vault, store: recordings, log, keepDays, clock, logger })
  const recorder = await Recorder.open({ spool, archive, log, clock, logger })

  const lamps = new MessageLamps({ store: voicemails, phones: () => phonesOf(city, roster), clock, logger })
  log.onRecorded(({ type }) => {
    if (/^(voicemail\.(left|handled|deleted)|agent\.(state|profile|groups)-changed)$/.test(type)) lamps.refresh()
  })

  const callStore = new CallStore({ db })
  const openCalls = await callStore.openCalls()
  const supervisor = new CallSupervisor({
    switches,
    clock,
    logger,
    openCalls,
    onOrphanedAgent: (agentId, callId) => freeAgent(roster, agentId, callId),
    context: {
      clock,
      logger,
      log,
      roster,
      dispatcher,
      promptsDir: config.promptsDir,
      mailbox,
      recorder,
      menus: () => menus.current(),
      queue: queueOf,
      staffed: (need) => staffed(roster, need),
      targets,
      announcement: waitingAnnouncement({
        dispatcher,
        expectedWait,
        clock,
        promptsDir: config.promptsDir,
        key: city.callback?.key,
      }),
      closed: (line) => closedNow({ city, hours, clock, line }),
      incidents,
      caller: (number) => callers.of(number),
      nuisance: city.nuisance,
      phoneReturnWithin: city.phoneReturnWithin,
      callbacks: {
        key: city.callback?.key,
        allowed: (number) => numbers.allowed(number),
        request: (wish) => callbacks.request(wish),
      },
      lastCalls: (callerNumber, callId) => callStore.lastCalls(callerNumber, { except: callId, limit: 5 }),
    },
  })
  const outbound = new OutboundCalls({
    roster,
    numbers,
    place: (request) => supervisor.place(request),
    agentRingsFor: (queue) => queueOf(queue).ringFor,
  })
  callbacksFollowCalls({ log, book: callbacks, callers, supervisor, city })
  // A callback in the line is no hurry: nobody listens.
  const somebodyWaits = () => dispatcher.waitingNow > callbacks.inLine
  const stopHurrying = hurryWhileSomebodyWaits({ switches, somebodyWaits, clock })
  roster.onChange(({ agent, from, to, at }) => {
    const { status, reason, extension, callId } = agent.context
    log.append('agent.state-changed', { agentId: agent.agentId, from, to, status, reason, extension, callId }, at)
    const { agentId, abilities, changedAt, profile } = agent
    const { groups } = profile
    if (to === 'ready') dispatcher.agentReady({ agentId, abilities, groups, readySince: changedAt })
    else dispatcher.agentNotReady(agentId)
  })
  await restoreAgents({
    store: agentStore,
    roster,
    dispatcher,
    openCalls,
    wrapUpSecondsOf: (queue) => queueOf(queue).wrapUp,
  })

  const tail = new CommittedTail({ log, last: await lastSequence(db) })
  const figures = await openFigures({ db, log, city, agentStore, clock })

  const notices = new NoticeBoard({
    store: new NoticeStore({ db }),
    log,
    clock,
    readers: {
      ofQueue: (queue) => {
        const config = city.queues.get(queue)
        const able = config && roster.all().filter((agent) => servesQueue(agent, config))
        return able?.map(({ agentId }) => agentId)
      },
      exists: (agentId) => roster.all().some((agent) => agent.agentId === agentId),
    },
  })

  const ended = new EndedSessions()
  const sessionEnd = new SessionEnd({ ended, store: new EndedSessionStore({ db }), clock, sessionLastsMs })
  await sessionEnd.load()
  const users = new UserStore({ db })
  const firstAdminPassword = await users.createFirstAdmin()
  const services: HotlineServices = {
    config,
    city,
    clock,
    logger,
    db,
    log,
    source,
    tail,
    switches,
    users,
    sessionEnd,
    supervisor,
    roster,
    agentStore,
    callStore,
    callers,
    callbacks,
    callbackStore,
    targets,
    branches,
    outbound,
    hours,
    menus,
    notices,
    incidents,
    recorder,
    recordings,
    archive,
    voicemails,
    vault,
    player,
    figures,
  }
  const http = await createHttpServer({
    logger,
    jwtSecret: config.sessionSecret ?? (await users.sharedSecret('jwt-secret')),
    serviceTokens: config.serviceTokens,
    ended,
    trustedProxies: config.trustedProxies,
    routes: apiRoutes(services),
    rootRoutes: rootRoutes(services),
  })
  await http.listen({ host: config.http.host, port: config.http.port })
  supervisor.start()
  mailbox.start()
  lamps.refresh()
  recorder.startSweeping()
  archive.start()
  callbacks.start()
  figures.alarms.start()

  return {
    http,
    firstAdminPassword,
    async stop() {
      stopHurrying()
      figures.alarms.stop()
      callbacks.stop()
      supervisor.drain()
      await untilIdle({ supervisor, clock, seconds: config.drainSeconds, logger })
      await http.close()
      roster.close()
      await supervisor.close()
      await menus.close()
      await mailbox.stop()
      await lamps.close()
      await recorder.close()
      await archive.close()
      await hours.stop()
      incidents.stop()
      await log.close()
      projector.close()
      await lease.release()
      await db.destroy()
    },
  }
}

/** A queue the menus name is in the city's file: both are checked at start. A stored call may name one of yesterday. */
function queueLookup({ queues }: City): (name: string) => QueueConfig {
  const [first] = queues.values()
  return (name) => {
    const config = queues.get(name) ?? first
    if (!config) throw new Error('the city has no queue')
    return config
  }
}

/** The call an agent was offered, or waited in for a citizen to be reached, is over. */
function freeAgent(roster: AgentRoster, agentId: string, callId: string): void {
  if (roster.all().find((agent) => agent.agentId === agentId)?.state === 'talking') roster.released(agentId, callId, '')
  else roster.withdrawn(agentId, callId)
}

/** Whether somebody who could serve the caller is at work, ready or not. */
function staffed(
  roster: AgentRoster,
  { queue, skills, language }: { queue: string; skills: readonly string[]; language: string },
): boolean {
  const needs = [...skills, `language:${language}`]
  return roster.all().some((agent) => agent.state !== 'offline' && agent.serves({ queue, needs }))
}

function closedNow({ city, hours, clock, line }: { city: City; hours: HoursBook; clock: Clock; line: string }) {
  const own = city.lines.get(line)
  if (!own) return undefined
  const { open, reason } = hours.at(own.calendar, new Date(clock.now()))
  return open ? undefined : { calendarId: own.calendar, reason, instead: own.whenClosed }
}

/** The phones of those who are logged in, and whose messages each tells of. */
function phonesOf(city: City, roster: AgentRoster) {
  return roster.all().flatMap((agent) => {
    const { extension } = agent.context
    return extension === null ? [] : [{ extension, queues: queuesServed(agent, city.queues.values()) }]
  })
}
