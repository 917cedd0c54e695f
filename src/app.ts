import type { FastifyInstance } from 'fastify'
import { callbacksFollowCalls } from './call-back.ts'
import type { Config } from './config.ts'
import { untilIdle } from './drain.ts'
import { followAgents } from './follow-agents.ts'
import { hurryWhileSomebodyWaits } from './hurry.ts'
import type { Logger } from './kernel/index.ts'
import { NoticeBoard, NoticeStore } from './notices/index.ts'
import { openCallers } from './open-callers.ts'
import { openCalls } from './open-calls.ts'
import { openFigures } from './open-figures.ts'
import { type Ground, openGround } from './open-ground.ts'
import { openHttp } from './open-http.ts'
import { openIncidents } from './open-incidents.ts'
import { type Line, openLine } from './open-line.ts'
import { openMenus } from './open-menus.ts'
import { openSounds } from './open-sounds.ts'
import { openSwitches } from './open-switches.ts'
import { restoreAgents } from './restore-agents.ts'
import { concernsLamps, noticeReaders, phonesOf } from './room.ts'
import { MessageLamps, type VoicemailStore } from './voicemail/index.ts'

export interface Hotline {
  readonly http: FastifyInstance
  /** Set when this start created the first admin. */
  readonly firstAdminPassword: string | undefined
  /** Takes no new calls, waits for those in progress up to the configured limit, and stops. */
  stop(): Promise<void>
}

/** Builds the hotline service in the order of a call's path and starts it. */
export async function startHotline(config: Config, logger: Logger): Promise<Hotline> {
  const ground = await openGround(config, logger)
  const line: Line = await openLine(ground, {
    supervisor: () => services.supervisor,
    outbound: () => services.outbound,
  })
  const services: Services = await openServices(ground, line)
  const { http, firstAdminPassword } = await openHttp(services)
  start(services)
  return {
    http,
    firstAdminPassword,
    async stop() {
      await drain(services)
      await http.close()
      await close(services)
    },
  }
}

type Services = Awaited<ReturnType<typeof openServices>>

/** Builds all that stands upon the line, and puts agents and calls where an earlier process left them. */
async function openServices(ground: Ground, line: Line) {
  const { config, city, db, log, clock, logger } = ground
  const { roster, dispatcher, agentStore, callbacks, numbers } = line
  const switches = openSwitches(ground)
  const menus = await openMenus(ground)
  const incidents = await openIncidents({ config, db, log, languages: () => menus.current().languages, clock, logger })
  const callers = await openCallers({ db, city, numbers, log, clock })
  const sounds = await openSounds(ground)
  const lamps = openLamps(ground, line, sounds.voicemails)
  const calls = await openCalls({ ground, switches, line, menus, incidents, sounds, callers })
  const { supervisor } = calls
  callbacksFollowCalls({ log, book: callbacks, callers, supervisor, city })
  // A callback in the line is no hurry: nobody listens.
  const somebodyWaits = () => dispatcher.waitingNow > callbacks.inLine
  const stopHurrying = hurryWhileSomebodyWaits({ switches, somebodyWaits, clock })
  followAgents({ roster, log, dispatcher })
  await restoreAgents({
    store: agentStore,
    roster,
    dispatcher,
    openCalls: calls.openCalls,
    wrapUpSecondsOf: (queue) => line.queueOf(queue).wrapUp,
  })
  const figures = await openFigures({ ...ground, agentStore, lines: () => menus.current().lines.keys() })
  const readers = noticeReaders(city, roster)
  const notices = new NoticeBoard({ store: new NoticeStore({ db }), log, clock, readers })
  const beside = { lamps, stopHurrying, switches, menus, incidents, callers, figures, notices }
  return { ...ground, ...line, ...sounds, ...calls, ...beside }
}

/** The lamps of the phones tell of messages; they follow the log from here on. */
function openLamps({ city, log, clock, logger }: Ground, { roster }: Line, store: VoicemailStore): MessageLamps {
  const lamps = new MessageLamps({ store, phones: () => phonesOf(city, roster), clock, logger })
  log.onRecorded((event) => {
    if (concernsLamps(event)) lamps.refresh()
  })
  return lamps
}

/** Whatever acts by itself begins to. */
function start({ supervisor, mailbox, lamps, recorder, archive, callbacks, figures }: Services): void {
  supervisor.start()
  mailbox.start()
  lamps.refresh()
  recorder.startSweeping()
  archive.start()
  callbacks.start()
  figures.alarms.start()
}

/** Nothing new begins, and the calls in progress end, as far as the time for that goes. */
async function drain({ stopHurrying, figures, callbacks, supervisor, clock, config, logger }: Services): Promise<void> {
  stopHurrying()
  figures.alarms.stop()
  callbacks.stop()
  supervisor.drain()
  await untilIdle({ supervisor, clock, seconds: config.drainSeconds, logger })
}

/** Ends everything, the ground last. */
async function close(services: Services): Promise<void> {
  services.roster.close()
  await services.supervisor.close()
  await services.menus.close()
  await services.mailbox.stop()
  await services.lamps.close()
  await services.recorder.close()
  await services.archive.close()
  await services.hours.stop()
  services.incidents.stop()
  await services.log.close()
  services.projector.close()
  await services.lease.release()
  await services.db.destroy()
}
