import type { AgentRow, CallbackRow, CallRow } from '../db/index.ts'
import { type CallChange, changeOfCall, newCallRow } from './call-record.ts'
import { changeOfCallback, newCallbackRow } from './callback-record.ts'
import type { EventOf, HotlineEvent } from './event.ts'

/** What becomes of one row: it begins, or is there already, and these columns change. */
export interface RowChange<Row, Change = Partial<Row>> {
  readonly row: Row | null
  readonly change: Change
}

/** What a batch of facts makes of the records: one change a row, however many facts concern it. */
export class RecordChanges {
  readonly calls = new Map<string, RowChange<CallRow, CallChange>>()
  readonly agents = new Map<string, RowChange<AgentRow>>()
  readonly callbacks = new Map<string, RowChange<CallbackRow>>()

  /** Facts in the order of the log. */
  constructor(events: readonly HotlineEvent[]) {
    for (const event of events) this.#add(event)
  }

  #add(event: HotlineEvent): void {
    switch (event.type) {
      case 'call.offered':
      case 'call.placed':
        return begin(this.calls, event.data.callId, newCallRow(event))
      case 'callback.opened':
        return begin(this.callbacks, event.data.callbackId, newCallbackRow(event))
      case 'agent.state-changed': {
        const row = agentRow(event)
        this.agents.set(row.agent_id, { row, change: row })
        return
      }
      default:
        return this.#change(event)
    }
  }

  #change(event: HotlineEvent): void {
    if (event.type.startsWith('callback.')) {
      const change = changeOfCallback(event)
      if (change && 'callbackId' in event.data) add(this.callbacks, event.data.callbackId, change, spread)
      return
    }
    const change = changeOfCall(event)
    if (change && 'callId' in event.data && event.data.callId !== null)
      add(this.calls, event.data.callId, change, withThird)
  }
}

function begin<Row, Change>(rows: Map<string, RowChange<Row, Change | object>>, key: string, row: Row): void {
  const known = rows.get(key)
  rows.set(key, { row: known?.row ?? row, change: known?.change ?? {} })
}

function add<Row, Change>(
  rows: Map<string, RowChange<Row, Change>>,
  key: string,
  change: Change,
  merge: (before: Change, change: Change) => Change,
): void {
  const known = rows.get(key)
  rows.set(key, { row: known?.row ?? null, change: known ? merge(known.change, change) : change })
}

const spread = <Change extends object>(before: Change, change: Change): Change => ({ ...before, ...change })

/** Where the batch says who the third party is, what comes to be known of it is put there; otherwise the row says it. */
function withThird(before: CallChange, change: CallChange): CallChange {
  const { third_more: known, ...earlier } = before
  const { third_more: more, ...later } = change
  if (more === undefined) return 'third' in later ? { ...earlier, ...later } : { ...before, ...later }
  if (earlier.third === undefined) return { ...earlier, ...later, third_more: { ...known, ...more } }
  return { ...earlier, ...later, third: earlier.third && { ...earlier.third, ...more } }
}

function agentRow({ data, time }: EventOf<'agent.state-changed'>): AgentRow {
  const { agentId, status, to, reason, extension, callId } = data
  return { agent_id: agentId, status, state: to, reason, extension, call_id: callId, changed_at: new Date(time) }
}
