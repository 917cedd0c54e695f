import type { FastifyInstance } from 'fastify'
import { connectionsOf, Lease, migrateToLatest, newHolder, openDatabase } from '../db/index.ts'
import { stateCouncilDays } from '../hours/calendar-arithmetic.ts'
import { CalendarDayStore } from '../hours/calendar-day-store.ts'
import { createHttpServer } from '../http/index.ts'
import { type Logger, systemClock } from '../kernel/index.ts'
import { LoginGuard } from '../users/login-guard.ts'
import { figureRoutes } from './api/figure-routes.ts'
import { formRoutes } from './api/form-routes.ts'
import { inputRoutes } from './api/input-routes.ts'
import { lookupRoutes } from './api/lookup-routes.ts'
import { noticeRoutes } from './api/notice-routes.ts'
import { officialRoutes } from './api/official-routes.ts'
import { progressRoutes } from './api/progress-routes.ts'
import { serviceRoutes } from './api/service-routes.ts'
import { ticketRoutes } from './api/ticket-routes.ts'
import { unitRoutes } from './api/unit-routes.ts'
import { webhookRoutes } from './api/webhook-routes.ts'
import { AuditSealer } from './audit/audit-sealer.ts'
import { AuditStore } from './audit/audit-store.ts'
import { type PlanningClock, readClock } from './clocks/planning-clock.ts'
import { replanAll } from './clocks/replanning.ts'
import { TicketJobs } from './clocks/ticket-jobs.ts'
import { WakePlan } from './clocks/wake-plan.ts'
import { WakeSweep } from './clocks/wake-sweep.ts'
import { WorkingCalendar } from './clocks/working-calendar.ts'
import type { TicketConfig } from './config.ts'
import { NoticeStore } from './notices/notice-store.ts'
import { FigureStore } from './office/figure-store.ts'
import { TicketListStore } from './office/ticket-list-store.ts'
import { clockActor, TicketOffice } from './office/ticket-office.ts'
import { TicketStore } from './office/ticket-store.ts'
import { readCityRules } from './rules/read-city-rules.ts'
import { SettingsStore } from './settings-store.ts'
import { CallStore } from './stream/call-store.ts'
import { EndedSessionList } from './stream/ended-session-list.ts'
import { HotlineFacts } from './stream/hotline-facts.ts'
import { StreamConsumer } from './stream/stream-consumer.ts'
import { StreamStore } from './stream/stream-store.ts'
import { type TicketTables, ticketSchema } from './ticket-database.ts'
import { OfficialStore } from './units/official-store.ts'
import { UnitStore } from './units/unit-store.ts'
import { WebhookSender } from './webhooks/webhook-sender.ts'
import { keepForWebhooks, WebhookStore } from './webhooks/webhook-store.ts'

export interface TicketService {
  readonly http: FastifyInstance
  readonly office: TicketOffice
  /** Does what is due by now, for clocks that are set by hand. */
  wakeDue(): Promise<number>
  stop(): Promise<void>
}

/** Days that ids of applied facts and delivered facts are kept, and calls for the answer rate. */
const keptDays = 30
const keptCallDays = 400

/** Builds the ticket service and starts it. `clock` is the time tickets live in; connections live in real time. */
export async function startTicketService(
  config: TicketConfig,
  logger: Logger,
  { clock = readClock(config.clock) }: { clock?: PlanningClock } = {},
): Promise<TicketService> {
  const rules = await readCityRules(config.cityFile)
  const { databaseUrl } = config
  const holder = newHolder()
  const applicationName = connectionsOf(holder)
  const db = openDatabase<TicketTables>({ url: databaseUrl, logger, schema: ticketSchema, applicationName })
  await migrateToLatest({ db, folder: config.migrationsDir, logger, schema: ticketSchema })
  await TicketJobs.migrate({ databaseUrl, logger })
  // What is kept in memory (the calendar, the jobs planned) is right in one process only; a second one stands by here.
  const lease = await Lease.acquire({
    url: databaseUrl,
    schema: ticketSchema,
    name: 'tickets',
    holder,
    clock: systemClock,
    logger,
    onLost: () => {
      logger.fatal('another ticket service works now: this one ends')
      process.exit(1)
    },
  })

  const calendarStore = new CalendarDayStore({ db })
  await calendarStore.seed(stateCouncilDays())
  const calendar = await WorkingCalendar.open({ calendar: rules.calendar, source: calendarStore })
  const units = new UnitStore({ db })
  await units.save(rules.units)
  await units.saveResponsibilities(rules.catalogue)

  const source = `/yihao/${rules.city}/tickets`
  const webhooks = new WebhookStore({ db })
  const sender = new WebhookSender({ store: webhooks, source, clock: systemClock, logger })
  const store = new TicketStore({ db })
  const wakePlan = new WakePlan({ clock })
  const onFacts = () => sender.wake()
  const office = new TicketOffice({ store, units, rules, calendar, clock, wakePlan, logger, onFacts })
  const sweep = new WakeSweep({ store, office, now: () => clock.now(), clock: systemClock, logger })

  const settings = new SettingsStore({ db })
  const planDigest = () => `${rules.digest} ${calendar.digest()}`
  const streamStore = new StreamStore({ db, source: 'hotline' })
  const calls = new CallStore({ db })
  const jobs = await TicketJobs.start({
    databaseUrl,
    clock: systemClock,
    logger,
    tasks: {
      wake: async ({ before = '0' }) => void (await sweep.sweep(Number(before))),
      'close-merged': ({ parentId = '' }) => closeMerged({ store, office, parentId }),
      replan: async ({ why = '' }) => {
        await calendar.reload()
        const digest = planDigest()
        await replanAll({ store, office, logger, why })
        await settings.write('planned', digest)
      },
      webhook: ({ webhookId = '' }) => sender.deliver(webhookId),
      prune: async () => {
        await streamStore.prune(keptDays)
        await calls.prune(keptCallDays)
        await webhooks.prune(keptDays)
      },
    },
  })
  // Also when an earlier process was killed in the middle of it.
  if ((await settings.read('planned')) !== planDigest()) await settings.plan('replan', { why: 'rules' }, 'replan:rules')
  await sender.planAll({ resting: true })
  sweep.start()
  const audit = new AuditStore({ db })
  const sealer = new AuditSealer({ store: audit, clock: systemClock, logger })
  sealer.start()

  const facts = new HotlineFacts({
    office,
    rules,
    onDayChanged: (own) => new SettingsStore({ db: own }).plan('replan', { why: 'calendar' }, 'replan:calendar'),
  })
  const stream = new StreamConsumer({
    url: `${config.hotlineUrl.replace(/^http/, 'ws')}/live`,
    token: config.hotlineToken,
    store: streamStore,
    apply: async (own, event) => {
      await facts.apply(own, event)
      await keepForWebhooks(own, event)
    },
    clock: systemClock,
    logger,
    onApplied: () => sender.wake(),
  })

  const sessions = new EndedSessionList({
    hotlineUrl: config.hotlineUrl,
    token: config.hotlineToken,
    clock: systemClock,
    logger,
  })
  await sessions.start()
  const now = () => clock.now()
  const lists = new TicketListStore({ db })
  const notices = new NoticeStore({ db })
  const officials = new OfficialStore({ db })
  const http = await createHttpServer({
    logger,
    jwtSecret: config.sessionSecret,
    serviceTokens: config.serviceTokens,
    ended: sessions.ended,
    trustedProxies: config.trustedProxies,
    about: { title: 'Yihao tickets', description: `Tickets, units and notices of the hotline of ${rules.city}.` },
    routes: [
      ticketRoutes({ office, store, lists, units, audit, now }),
      lookupRoutes({ store, lists, calls, units, rules, now }),
      formRoutes({ rules, units, lists, workingTime: () => calendar.time(), now }),
      inputRoutes({ office, store }),
      noticeRoutes({ notices, store, units }),
      unitRoutes({ units, audit, levels: rules.levels.length, now }),
      officialRoutes({ units, officials, audit, now, guard: new LoginGuard({ clock: systemClock }) }),
      progressRoutes({ store, unitName: async (unitId) => (await units.find(unitId))?.name, now }),
      figureRoutes({ figures: new FigureStore({ db }), calls, units, rules, now }),
      webhookRoutes({ webhooks, audit, now }),
    ],
    rootRoutes: [
      serviceRoutes({
        source,
        stream: () => stream.status(),
        databaseAnswers: () =>
          settings.read('planned').then(
            () => true,
            () => false,
          ),
      }),
    ],
  })
  await http.listen({ host: config.http.host, port: config.http.port })
  stream.start()

  return {
    http,
    office,
    wakeDue: () => sweep.sweep(clock.now() + 1),
    async stop() {
      await http.close()
      await stream.stop()
      sessions.stop()
      sender.stop()
      await jobs.stop()
      await sweep.stop()
      await sealer.stop()
      await lease.release()
      await db.destroy()
    },
  }
}

/** What was merged under a ticket is closed with it; one that went another way meanwhile is left alone. */
async function closeMerged({
  store,
  office,
  parentId,
}: {
  store: TicketStore
  office: TicketOffice
  parentId: string
}): Promise<void> {
  for (const ticketId of await store.mergedUnder(parentId)) {
    await office.send({ ticketId, type: 'CLOSE_WITH_PARENT', data: {}, by: clockActor, origin: 'parent closed' })
  }
}
