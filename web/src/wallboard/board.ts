import { onScopeDispose, ref, shallowRef } from 'vue'
import type { CallsOut } from '../desk/views.ts'

interface Figures {
  readonly offered: number
  readonly answered: number
  readonly abandoned: number
  readonly answeredInTime: number
  readonly rates: Readonly<Record<string, number | null>>
  readonly averageSpeedOfAnswer: number | null
  readonly out: CallsOut
}

/** A queue, or a line, now and today so far. */
export interface PlaceFigures extends Figures {
  readonly waiting: number
  readonly waitingSince: string | null
}

/** What the service tells of this moment and of today. */
export interface Board {
  readonly at: string
  /** When today began. */
  readonly from: string
  readonly answerWithinSeconds: number
  readonly agents: Readonly<Record<string, number>>
  readonly total: Figures
  /** Thresholds of the city's file that are passed now. */
  readonly alarms: readonly {
    readonly place: 'queue' | 'line'
    /** The queue, or the number that was dialled. */
    readonly name: string
    readonly kind: 'waiting' | 'longestWait' | 'answeredInTime'
    readonly threshold: number
    readonly since: string
  }[]
  readonly queues: readonly (PlaceFigures & {
    /** Null: calls out that belong to no queue. */
    readonly queue: string | null
  })[]
  readonly lines: readonly (PlaceFigures & { readonly line: string })[]
}

/** Milliseconds. */
const againAfter = 1000
/** Milliseconds without a board, which comes every 5 s at the latest, after which the line is dead: a socket does not notice by itself. */
const silence = 12_000

/** The board as the service pushes it; each message is the whole of it, so a break needs no catching up. */
export function useBoard() {
  const board = shallowRef<Board>()
  const connected = ref(false)
  let socket: WebSocket | undefined
  let timer = 0

  function connect(): void {
    const address = new URL('/board', location.href)
    address.protocol = address.protocol.replace('http', 'ws')
    socket = new WebSocket(address)
    socket.addEventListener('message', onMessage)
    socket.addEventListener('close', lost)
    begin(silence, lost)
  }

  function onMessage({ data }: MessageEvent): void {
    board.value = JSON.parse(String(data)) as Board
    connected.value = true
    begin(silence, lost)
  }

  function lost(): void {
    connected.value = false
    leave()
    begin(againAfter, connect)
  }

  /** Nothing of it counts from now on; its own closing may take as long as the network lets it. */
  function leave(): void {
    socket?.removeEventListener('message', onMessage)
    socket?.removeEventListener('close', lost)
    socket?.close()
  }

  function begin(ms: number, task: () => void): void {
    clearTimeout(timer)
    timer = window.setTimeout(task, ms)
  }

  connect()
  onScopeDispose(() => {
    clearTimeout(timer)
    leave()
  })
  return { board, connected }
}
