import type { EventType } from '../../src/events/index.ts'

/** When each fact is recorded. A test asks for a line for every type, so that no event is left unexplained. */
export const eventMeanings: Readonly<Partial<Record<EventType, string>>> = {
  'call.offered':
    'A call waits, parked, at a switch. `adopted` says that it had waited there without us. `time` is when the switch created the channel.',
  'call.placed':
    'We call a citizen for an agent, whose phone is rung first; `legId` will be the citizen’s. `callerNumber` is the citizen’s number, `line` what the citizen’s phone shows.',
  'call.reached': 'The citizen answered a call of ours; `ringMs` counts from dialling.',
  'call.not-reached': 'The citizen did not answer a call of ours.',
  'call.accepted':
    'The hotline answered the caller and begins with the line’s front: its menu, or straight to a person.',
  'call.language-chosen':
    'The language of the prompts, and of the agent wanted. Recorded for the line’s own language and for every choice.',
  'call.menu-entered': 'The caller’s keys so far, each as `menu:key`.',
  'call.queued':
    'The caller waits for a person. `queuedAt` is the place in the queue and is kept when the call is queued again (`overflow`, `restored`).',
  'call.relaxed':
    'The caller has waited so long that less is asked of an agent (`relax` of the queue); `skills` are what is left.',
  'call.wrapped-up': 'The agent said what the call was about, in a code of the city’s file; the latest one counts.',
  'call.announced':
    'Position and expected wait were spoken; `expectedWaitSeconds` is null while too little is known to say it.',
  'call.answered': 'An agent’s phone answered: the end of waiting. `waitedMs` counts from `queuedAt`.',
  'call.join-failed':
    'The phone that answered was gone, or could not be joined with the caller, who waits on; from the third time on nobody is offered the call for `heldBackMs` (decision 0019). `agentId` is null for a branch.',
  'call.bridged': 'The switch joined caller and agent; talking begins.',
  'call.held': 'The caller is on hold: by the agent’s phone, or by command, with music.',
  'call.retrieved': 'The hold is over.',
  'call.consultation-started':
    'A third party is rung: for the agent alone (`consult`), or for the caller (`transfer`). `target` is a branch’s number or `agent:<id>`.',
  'call.consulted': 'The third party answered and talks with the agent; the caller hears music.',
  'call.consultation-failed':
    'The third party could not be had. The caller is back with the agent, or queued again when the agent has left.',
  'call.outcome-noted': 'What the agent noted of a call out, by one of the city’s codes. The last note counts.',
  'call.branch-refused':
    'An agent wanted a branch that is closed by its hours or full: it was not rung, citizen and agent talk on. `reason` is what the desk was told.',
  'call.advised': 'The caller heard of the branch’s own number, and is with the agent again afterwards.',
  'call.conferenced': 'Caller, agent and third party hear each other.',
  'call.transferred': 'Caller and third party go on alone; the agent is free.',
  'call.returned': 'The caller is back with the agent; `reason` says why.',
  'call.phone-lost':
    'The phone in the agent’s browser is gone without having hung up, as by a reload of the page: the caller hears music, and the phone is waited for (`phoneReturnWithin` of the city, 20 s). `reason` is `page left`, `page loaded again`, or the switch’s cause.',
  'call.phone-returned':
    'The phone in the agent’s browser answered again, by the leg `legId`: who talked before talk again.',
  'call.monitor-started':
    'A supervisor (`agentId`) hears the talk of the agent `monitored`: unheard (`listen`), heard by that agent alone (`whisper`), or by everybody (`barge`). `by` is the user who asked. The agent’s own feed does not carry it.',
  'call.monitor-changed': 'The supervisor listens on in another mode.',
  'call.monitor-ended':
    'The supervisor is off the call: stopped, hung up, the agent left, or the phone could not be had (`heard` is false then).',
  'call.taken-over': 'The supervisor `agentId` is the call’s agent; the agent before, `from`, is in wrap-up.',
  'call.emergency-started':
    'The emergency key: 110, 119 or 120 is rung with the citizen’s number while citizen and agent go on talking. The call’s record keeps the service.',
  'call.emergency-connected':
    'The service answered: all three hear each other (`three-way`), or citizen and service are alone (`hand-over`).',
  'call.emergency-returned':
    'The service could not be had (`busy`, `noAnswer`, …), left, or was let go by the `agent`: the citizen is with the agent again, or with an agent gone waits before everybody else. The case is ours.',
  'call.abandoned': 'The caller was gone before a person answered.',
  'call.released':
    'The call is over; recorded once a call, when all its legs have ended (at the latest 3 s later), so that it tells their timings and causes. `talkedMs` counts from `call.bridged`.',
  'queue.threshold-passed':
    'A caller has waited as long as the service level allows (`answerWithin` of the queue, 15 s by default).',
  'queue.alarm-began':
    'A figure of the queue passed its `alarm` threshold of the city’s file: callers waiting, the longest wait in seconds, or the per cent of today’s calls answered in 15 s.',
  'queue.alarm-ended': 'The figure is within its threshold again.',
  'line.alarm-began':
    'The same of a line, the number that was dialled, by the `alarm` of its entry in `lines` of the city’s file.',
  'line.alarm-ended': 'The figure is within its threshold again.',
  'call.branch-offered':
    'No agent was there in time: the overflow chain rings a branch hotline for the waiting caller.',
  'call.branch-answered':
    'The branch answered: caller and branch go on alone. The wait is over, but the call counts as neither answered nor abandoned.',
  'call.branch-failed': 'The branch could not be had. The caller waits on at the old place.',
  'queue.overflowed':
    'A step of the overflow chain was due, or the longest wait (`maxWait`) is over. `to` is `queue:<name>`, `branch:<number>` or `announce:<prompt>`.',
  'notice.published':
    'A supervisor tells something to desks: to all (`agentIds` null), to those who can serve `queue`, or to some. The feed of every agent it is for carries it.',
  'incident.announced':
    'Incident mode: what every new caller of `line` (null: of all lines) hears before the menu, in every language; those who wait too with `toWaiting`. Replaces what was announced there before.',
  'incident.withdrawn': 'It is announced no more: withdrawn or replaced by `by`, or its time was over (null).',
  'call.incident-played': 'The caller begins to hear of the incidents in force, before the menu; a key ends it.',
  'notice.withdrawn': 'The notice is taken back before its time.',
  'agent.commanded':
    'Somebody else (`by`), usually a supervisor, commanded the agent’s state. `agent.state-changed` tells what came of it, now or after the call.',
  'agent.profile-changed':
    'An agent was created (`before` null) or has other skills and languages from now on: moved between groups, by `by`.',
  'calendar.closed':
    'A calendar was closed by command, until a moment or until revoked (`until` null); a second one replaces the first.',
  'calendar.reopened': 'The closing is over: revoked by `by`, or its time had come (`by` null).',
  'calendar.day-changed':
    'Somebody edited the State Council’s days (`calendarId` is `state-council`); `ordinary` is neither holiday nor make-up workday.',
  'calendar.year-missing': 'No holiday of the year is known that this calendar needs; once a day until entered.',
  'call.turned-away': 'The line is closed by its calendar: the caller hears so and the call ends.',
  'call.sent-to-voicemail':
    'The caller is asked for a message, because the line is closed (`closed`) or the longest wait was over (`overflow`).',
  'voicemail.left':
    'A message is stored and listed; `queue` names those who are to listen. `bytes` and `sha256` are of the WAV file.',
  'voicemail.failed':
    'An alarm: a message could not be recorded or stored (disk full, folder not writable, file cut short). Nothing of it is listed.',
  'voicemail.played': 'Somebody listened to these bytes of the WAV file; one fact a request.',
  'voicemail.handled': 'Somebody has dealt with the message.',
  'voicemail.deleted': 'Message and sound are gone; who listened to it stays known.',
  'call.rating-asked': 'The agent hung up first, and the caller is asked to rate the talk by a key.',
  'call.rated': 'The caller rated the talk with this agent: 1 is very dissatisfied, 5 very satisfied.',
  'recording.started': 'The call is recorded from here on; subject of all `recording.*` is the call.',
  'recording.paused': 'Silence is recorded instead of what is said, while an identity number is spoken, for instance.',
  'recording.resumed':
    'What is said is recorded again: by command, or because the call or the agent’s part in it ends (`system`).',
  'recording.stored':
    'The recording is encrypted, on disk and listed. `bytes` and `sha256` are of the WAV file; `keepUntil` is when it will be deleted.',
  'recording.failed': 'An alarm: the call is not recorded, or a part of it is missing. The call goes on.',
  'recording.omitted':
    'No alarm: the call was over within 3 s of its answer (`talkedMs`), before the switch could record anything of it.',
  'recording.delayed':
    'An alarm: `SOUNDS_DIR` or the database has been away for more than one try. The recording waits in `SPOOL_DIR` and is tried again until `recording.stored`; told once for each recording, and again after a restart.',
  'recording.played': 'Somebody listened to these bytes of the WAV file; one fact a request.',
  'recording.deleted': 'The recording is gone: its time was over (`by` null), or somebody deleted it.',
  'caller.listed':
    'A number is treated in its own way from now on: served first (`priority`, `vip`), or graded as a nuisance with its evidence, until a moment or until unlisted.',
  'caller.unlisted': 'The number is treated like any other again.',
  'call.warned': 'A caller graded `warning` or `queue` heard the warning before the menu.',
  'call.refused': 'A caller graded `refuse` heard so and the call ended; `evidence` is what the grade rests on.',
  'callback.opened':
    'A citizen is to be called back: asked for while waiting (`requested`, with the place `queuedAt`), made of an abandoned call (`missed`), or opened by a person.',
  'callback.merged': 'The same number once more: it stays one callback. `missedCalls` counts the abandoned calls.',
  'callback.attempted': 'An agent is rung, and then the citizen; `callId` is that call.',
  'callback.reached': 'Agent and citizen talk.',
  'callback.failed':
    'The attempt came to nothing. `agentMissed` and `givenUp` are our side’s and do not count in `attempts`; not tried again before `notBefore`.',
  'callback.expired': 'Nobody could call in time; it is closed.',
  'callback.closed':
    'Nothing is left to do: `reached`, the citizen got through meanwhile (`answered`), `cancelled` by a person, `failed` too often, `expired`, or `merged` into another.',
  'agent.groups-changed':
    'A supervisor changed which queues an agent serves, the lowest rank first. It holds at once; no queues: all that the skills allow.',
  'agent.state-changed':
    'An agent’s state, status or reason changed. `status` is what the person chose, `to` what the centre observes.',
  'agent.phone-opened':
    'A page asked for the phone in the agent’s browser (`by`: the user): one agent, one active phone, so a page that had it before has it no more.',
  'agent.offered': 'A call was given to an agent and the phone is being reached.',
  'agent.ringing':
    'The agent’s phone rings. `pop` is what the desk shows; `lastCalls` are up to five earlier calls of the number, newest first (`offeredAt` in ISO 8601).',
  'agent.offer-failed':
    'The phone did not answer: `missed` (it rang), `rejected`, `unreachable`, or `withdrawn` (the caller was gone first; the agent stays ready).',
}
