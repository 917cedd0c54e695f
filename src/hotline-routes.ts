import type { FastifyPluginAsync } from 'fastify'
import {
  type AgentRoster,
  type AgentStore,
  agentRoutes,
  groupRoutes,
  PhoneStore,
  Phones,
  queuesServed,
} from './agent/index.ts'
import {
  type CallStore,
  type CallSupervisor,
  type CallTargets,
  callHistoryRoutes,
  callRoutes,
  deskRoutes,
  listedOf,
  menuDryRunRoutes,
  monitorRoutes,
  type OutboundCalls,
  OutboundStore,
  outboundRoutes,
  talkRoutes,
  wrapUpRoutes,
} from './call/index.ts'
import { type CallbackBook, type CallbackStore, callbackRoutes } from './callback/index.ts'
import { type CallerBook, callerRoutes } from './callers/index.ts'
import type { City } from './city.ts'
import type { Config } from './config.ts'
import type { Database } from './db/index.ts'
import type { EventLog, RecordProjector } from './events/index.ts'
import { healthRoutes } from './health-routes.ts'
import { type HoursBook, hoursRoutes } from './hours/index.ts'
import { pageRoutes, ticketProxyRoutes } from './http/index.ts'
import { type Incidents, incidentRoutes } from './incident/index.ts'
import { type MenuLibrary, menuRoutes } from './ivr/index.ts'
import type { Clock, Logger } from './kernel/index.ts'
import { asyncApiRoutes, type CommittedTail, liveRoutes } from './live/index.ts'
import { BranchFiguresStore, boardRoutes, metricsRoutes, prometheusRoutes, reportRoutes } from './metrics/index.ts'
import { type NoticeBoard, noticeRoutes } from './notices/index.ts'
import type { Figures } from './open-figures.ts'
import type { Sounds } from './open-sounds.ts'
import { recordingRoutes } from './recording/index.ts'
import { readTexts } from './speech/index.ts'
import { StaffingStore, staffingRoutes } from './staffing/index.ts'
import type { SwitchPort } from './switch/index.ts'
import { type BranchBook, branchRoutes } from './transfer/index.ts'
import {
  browserPhoneRoutes,
  LoginGuard,
  type SessionEnd,
  sessionRoutes,
  type UserStore,
  userRoutes,
} from './users/index.ts'
import { voicemailRoutes } from './voicemail/index.ts'

/** What the routes answer from. */
export interface HotlineServices extends Sounds {
  readonly config: Config
  readonly city: City
  readonly clock: Clock
  readonly logger: Logger
  readonly db: Database
  readonly log: EventLog
  readonly projector: RecordProjector
  /** The source of our facts, as CloudEvents name it. */
  readonly source: string
  readonly tail: CommittedTail
  readonly switches: readonly SwitchPort[]
  readonly users: UserStore
  readonly sessionEnd: SessionEnd
  readonly supervisor: CallSupervisor
  readonly roster: AgentRoster
  readonly agentStore: AgentStore
  readonly callStore: CallStore
  readonly callers: CallerBook
  readonly callbacks: CallbackBook
  readonly callbackStore: CallbackStore
  readonly targets: CallTargets
  readonly branches: BranchBook
  readonly outbound: OutboundCalls
  readonly hours: HoursBook
  readonly menus: MenuLibrary
  readonly notices: NoticeBoard
  readonly incidents: Incidents
  readonly figures: Figures
}

/** Mounted under /api/v1. */
export function apiRoutes(services: HotlineServices): FastifyPluginAsync[] {
  const ofRecords = [...recordRoutes(services), ...figureRoutes(services)]
  return [
    ...peopleRoutes(services),
    ...callPathRoutes(services),
    upToDate(services, ofRecords),
    ...soundRoutes(services),
  ]
}

/** Milliseconds a request waits at most for the records to hold what was told before it. */
const recordsWithin = 1000

/** Records of many calls are made together: who reads them has those made first that are due. */
function upToDate({ log, projector }: HotlineServices, routes: readonly FastifyPluginAsync[]): FastifyPluginAsync {
  return async (scope) => {
    scope.addHook('preHandler', async () => {
      if (await log.flush(recordsWithin)) await projector.upToDate(recordsWithin)
    })
    for (const each of routes) await scope.register(each)
  }
}

/** Who logs in, agents and their groups, and what is told to them. */
function peopleRoutes(services: HotlineServices): FastifyPluginAsync[] {
  const { config, city, clock, logger, db, log, users, sessionEnd, roster, agentStore, notices } = services
  return [
    sessionRoutes({ users, guard: new LoginGuard({ clock }), sessionEnd }),
    userRoutes({ users, realm: config.sipRealm }),
    browserPhoneRoutes({
      users,
      sessionEnd,
      realm: config.sipRealm,
      sipUrl: config.sipWsUrl,
      onOpened: (opened) => log.append('agent.phone-opened', opened),
      citizenPhone: config.citizenPhone,
    }),
    agentRoutes({
      roster,
      store: agentStore,
      log,
      phones: new Phones({ directory: new PhoneStore({ db }), clock, logger }),
      breakReasons: city.breakReasons,
    }),
    groupRoutes({
      ...city,
      roster,
      store: agentStore,
      log,
      queues: new Set(city.queues.keys()),
      callOutcomes: city.outbound?.outcomes ?? [],
      emergencyServices: [...city.emergency.keys()],
    }),
    noticeRoutes({ board: notices }),
  ]
}

/** What can be seen of calls and done with them. */
function callPathRoutes(services: HotlineServices): FastifyPluginAsync[] {
  const { config, city, clock, db, log, source, tail, supervisor, roster, callStore, callers } = services
  const { callbacks, targets, branches, outbound, hours, recorder } = services
  return [
    deskRoutes({
      supervisor,
      roster,
      recorder,
      log,
      listed: (number) => listedOf({ caller: (each) => callers.of(each) }, number),
      lastCalls: (number, callId) => callStore.lastCalls(number, { except: callId, limit: 5 }),
      sequence: () => tail.last,
    }),
    callRoutes({ supervisor, log, source, recorder, callbacks }),
    talkRoutes({ supervisor, log, targets, promptsDir: config.promptsDir }),
    branchRoutes({ book: branches }),
    outboundRoutes({
      outbound,
      store: new OutboundStore({ db }),
      log,
      callHours: () => city.outbound?.hours === undefined || hours.at(city.outbound.hours, new Date(clock.now())).open,
      outcomes: city.outbound?.outcomes ?? [],
    }),
    monitorRoutes({ supervisor, roster }),
    callerRoutes({ book: callers }),
    hoursRoutes({ book: hours, clock }),
  ]
}

/** What is kept of calls and callbacks. */
function recordRoutes({ city, log, supervisor, callStore, callbacks, callbackStore }: HotlineServices) {
  return [
    callHistoryRoutes({ store: callStore }),
    wrapUpRoutes({ supervisor, store: callStore, log, codes: city.wrapUpCodes }),
    callbackRoutes({ book: callbacks, store: callbackStore }),
  ]
}

function figureRoutes({ city, db, figures, hours }: HotlineServices): FastifyPluginAsync[] {
  const { history, agentFigures, callbackFigures, live, liveCallbacks } = figures
  const { shortAbandon } = city
  return [
    metricsRoutes({
      history,
      branches: new BranchFiguresStore({ db }),
      agents: agentFigures,
      callbacks: callbackFigures,
      live,
      liveCallbacks,
      zone: (city.callback && city.calendars.get(city.callback.calendar)?.zone) ?? 'Asia/Shanghai',
      shortAbandon,
    }),
    reportRoutes({ history, agents: agentFigures, shortAbandon }),
    staffingRoutes({
      store: new StaffingStore({ db }),
      goal: city.goal,
      specialDays: (date) => hours.kindOf(date),
    }),
  ]
}

/** What is said to callers, and what is kept of what they said. */
function soundRoutes(services: HotlineServices): FastifyPluginAsync[] {
  const { city, log, roster, menus, incidents, recordings, archive, voicemails, vault, player } = services
  const { promptsDir } = services.config
  return [
    menuRoutes({ menus, promptsDir, texts: () => readTexts(promptsDir) }),
    menuDryRunRoutes({ menus: () => menus.current(), promptsDir }),
    incidentRoutes({ incidents }),
    recordingRoutes({ store: recordings, archive, player, log }),
    voicemailRoutes({
      store: voicemails,
      vault,
      player,
      log,
      queuesOf: (agentId) => queuesServed(roster.get(agentId), city.queues.values()),
    }),
  ]
}

/** Mounted at the root: health, Prometheus, feeds and pages. */
export function rootRoutes({
  config,
  logger,
  log,
  source,
  tail,
  switches,
  figures,
}: HotlineServices): FastifyPluginAsync[] {
  const { sipWsUrl, webDir, ticketsUrl } = config
  return [
    healthRoutes({ switches, log }),
    prometheusRoutes({ prometheus: figures.prometheus }),
    liveRoutes({ log, tail, source, logger }),
    asyncApiRoutes({ source }),
    boardRoutes({ board: figures.board }),
    pageRoutes({ folder: webDir, connectTo: sipWsUrl === undefined ? [] : [new URL(sipWsUrl).origin] }),
    ticketProxyRoutes({ ticketsUrl }),
  ]
}
